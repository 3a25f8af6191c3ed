package org.tenon.api.model;

/**
 * An encoder with a decoder (Sutskever et al. 2014; Vaswani et al. 2017), loaded: it makes a sequence of a sequence, as translation does. The prompt of a
 * request is the source. The encoder computes it whole, in one step, so it may have no more tokens than {@link Limits#rows}; then the decoder goes on
 * from the model's start token in the batch of all that decode.
 */
public interface Seq2SeqModel extends GenerativeModel {
    /** {@return the ids that every output begins after, at least one: the decoder's start token} */
    int[] decoderStart();
}
