package org.tenon.api.layer;

/**
 * A value that one layer writes and later ones read in the same step. Declared on both sides; assembly rejects a reader without a
 * writer before it in the same stack.
 *
 * @param name unique, {@code tenon/position-bias}
 */
public record Signal(String name) {
    /**
     * The rows that a stack gives, {@code [rows, hidden]}: written by the model itself after the stack's norm, and the one signal that outlives its
     * stack.
     *
     * @param stack the stack's name
     * @return the signal
     */
    public static Signal output(String stack) {
        return new Signal("tenon/output/" + stack);
    }
}
