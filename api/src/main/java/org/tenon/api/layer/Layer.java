package org.tenon.api.layer;

import org.tenon.api.tensor.Tensor;

/** A layer: a pure function of symbolic tensors, called once, at load, to write the model's program. */
@FunctionalInterface
public interface Layer {
    /**
     * Writes what the layer computes.
     *
     * @param x what comes in, {@code [rows, hidden]}; ids, I32 {@code [rows]}, for an embedding
     * @param step writes the program and gives what a step brings
     * @return what goes out, {@code [rows, width]}
     */
    Tensor forward(Tensor x, Step step);
}
