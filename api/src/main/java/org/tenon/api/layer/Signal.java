package org.tenon.api.layer;

/**
 * A value that one layer writes and later ones read in the same step. Declared on both sides; assembly rejects a reader without a
 * writer before it.
 *
 * @param name unique, {@code tenon/position-bias}
 */
public record Signal(String name) {}
