package org.tenon.api.layer;

import org.tenon.api.tensor.Tensor;

/**
 * The cache of a layer's keys and values in a step.
 *
 * @param group the caches that share its tables
 * @param keys the pool, {@code [blocks, kvHeads, blockSize, keyWidth]}
 * @param values the pool, {@code [blocks, kvHeads, blockSize, valueWidth]}
 * @param table I32 {@code [sequences, entries]}
 * @param bases I32 {@code [sequences]}
 * @param lengths the position after each sequence's last key, I32 {@code [sequences]}
 * @param slots I32, one for each row of the group's {@link KeyGroup#source source}
 */
public record KeyView(
        KeyGroup group, Tensor keys, Tensor values, Tensor table, Tensor bases, Tensor lengths, Tensor slots) {}
