package org.tenon.api.tensor;

/**
 * An axis of rows: tokens of a decoder, tokens of an encoder, patches of an image. The rows of several sequences lie one
 * after another on it, some in prefill and some in decode.
 *
 * @param name the axis's name, unique within a model
 */
public record Axis(String name) {
    /** The axis of a decoder's tokens: prompts and decode rows share it. */
    public static final Axis TOKENS = new Axis("tokens");

    /** {@return the number of rows in the step, padding included} */
    public Extent rows() {
        return new Extent(name + ".rows");
    }

    /** {@return the number of sequences that have rows in the step, padding included} */
    public Extent sequences() {
        return new Extent(name + ".sequences");
    }

    /** {@return the largest number of rows that one sequence has in the step} */
    public Extent query() {
        return new Extent(name + ".query");
    }

    /** {@return the number of rows whose output (logits, embedding) is wanted} */
    public Extent outputs() {
        return new Extent(name + ".outputs");
    }

    /**
     * The number of rows that a head of an encoder is applied to.
     *
     * @param head the head's name
     * @return how many
     */
    public Extent outputs(String head) {
        return new Extent(name + ".outputs." + head);
    }
}
