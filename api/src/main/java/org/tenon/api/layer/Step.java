package org.tenon.api.layer;

import org.tenon.api.backend.Numerics;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Tensor;

/** What a layer writes its program with: ops, and what each step will bring. Confined to the thread that writes. */
public interface Step {
    /** {@return the writer} */
    Ops ops();

    /** {@return the precision that the backend accepted} */
    Numerics numerics();

    /** {@return what the layer's surroundings are} */
    Dims dims();

    /**
     * An integer tensor that the host brings with each step.
     *
     * @param input which
     * @return I32
     */
    Tensor input(StepInput input);

    /**
     * The cache of a layer's keys and values.
     *
     * @param memory the handle that the layer was given
     * @return pools, tables and slots
     */
    KeyView keys(Memory memory);

    /**
     * The states of a layer.
     *
     * @param memory the handle that the layer was given
     * @return pool and slots
     */
    StateView state(Memory memory);

    /**
     * The rows of each sequence, where the step holds sequences whole: a block table for keys that aren't kept, whose blocks are the rows. Only for a
     * layer that declares it, with {@link Declaration#wholeSequences}.
     *
     * @return I32 {@code [sequences, longest]}; -1 for none
     */
    Tensor members();

    /**
     * Writes a signal.
     *
     * @param signal the signal, declared
     * @param value its value
     */
    void write(Signal signal, Tensor value);

    /**
     * Reads a signal that an earlier layer wrote.
     *
     * @param signal the signal, declared
     * @return its value
     */
    Tensor read(Signal signal);

    /**
     * Tells whoever watches the model where a router sends rows; it costs nothing while nobody does.
     *
     * @param ids I32 {@code [rows, chosen]}: the experts of each row, negative for none
     * @param experts how many there are
     */
    default void routed(Tensor ids, int experts) {}

    /** {@return the rows' positions, I32 {@code [rows]}} */
    default Tensor positions() {
        return input(StepInput.positions(dims().axis()));
    }

    /** {@return the sequences that the rows belong to, I32 {@code [rows]}} */
    default Tensor sequence() {
        return input(StepInput.sequence(dims().axis()));
    }

    /** {@return the sequences' lengths after the step, I32 {@code [sequences]}} */
    default Tensor lengths() {
        return input(StepInput.lengths(dims().axis()));
    }
}
