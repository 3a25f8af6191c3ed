package org.tenon.api.layer;

import org.tenon.api.tensor.Tensor;

/**
 * The states of a layer in a step. A scan reads one slot of a sequence and may write another after any of its rows.
 *
 * @param pool F32, {@code [slots, ...]}
 * @param read I32 {@code [sequences]}: the slot that a sequence goes on from; -1 for one that begins at zero
 * @param write I32 {@code [rows]}: the slot that receives the state after the row; -1 for none
 */
public record StateView(Tensor pool, Tensor read, Tensor write) {}
