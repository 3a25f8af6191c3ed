package org.tenon.api.backend;

import org.tenon.api.tensor.DType;

/**
 * The most that a device was measured to do, by plain programs of the backend's own: what a model's speed is a fraction of.
 *
 * @param bytesPerSecond read from memory, on all threads, from more of it than caches hold: the best of several ways to read
 * @param flopsPerSecond of the fastest matrix product at hand, an addition and a multiplication counted as two
 */
public record Roof(double bytesPerSecond, double flopsPerSecond) {
    /**
     * A product whose speed counts: {@code [rows, inner]} by {@code [columns, inner]} transposed.
     *
     * @param rows of the left side
     * @param columns of the product
     * @param inner the dimension that is summed over
     * @param x the left side's type
     * @param weight the right side's type
     */
    public record Product(int rows, int columns, int inner, DType x, DType weight) {}
}
