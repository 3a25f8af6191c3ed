package org.tenon.backend.cpu;

/**
 * One of the matrices whose products stand side by side in an output.
 *
 * @param matrix its elements
 * @param transposed whether its rows are the product's columns
 * @param columns how many columns of the product it gives
 * @param first the first of them
 */
record Part(Matrix matrix, boolean transposed, int columns, int first) {}
