package org.tenon.api.model;

import java.util.List;

/**
 * The exclusive door to a model's steps: the caller says which rows of which sequences a step has and gets their logits. While it is
 * open the model's other sequences wait, and their caches make room where needed. For one thread at a time.
 */
public interface Stepper extends AutoCloseable {
    /** A sequence with its cache. */
    interface Sequence extends AutoCloseable {
        /** {@return how many tokens it has} */
        int length();

        /**
         * Forgets the last tokens.
         *
         * @param length how many tokens stay, from zero to the present length
         * @throws InvalidRequest when it is out of that range
         */
        void truncate(int length);

        /** Gives the cache back. Idempotent. */
        @Override
        void close();
    }

    /** The rows of one sequence in a step. Immutable. */
    final class Chunk {
        private final Sequence sequence;
        private final int[] ids;
        private final int outputs;

        private Chunk(Sequence sequence, int[] ids, int outputs) {
            this.sequence = sequence;
            this.ids = ids;
            this.outputs = outputs;
        }

        /**
         * Tokens to append, the logits of all of them wanted.
         *
         * @param sequence the sequence
         * @param ids the tokens, at least one; copied
         * @return the chunk
         */
        public static Chunk of(Sequence sequence, int... ids) {
            return new Chunk(sequence, ids.clone(), ids.length);
        }

        /**
         * Wants the logits of the last rows alone.
         *
         * @param outputs how many, from zero to the number of tokens
         * @return this chunk with the choice
         */
        public Chunk outputs(int outputs) {
            InvalidRequest.unless(outputs >= 0 && outputs <= ids.length, "outputs", "0 to " + ids.length, outputs);
            return new Chunk(sequence, ids, outputs);
        }

        /** {@return the sequence} */
        public Sequence sequence() {
            return sequence;
        }

        /** {@return the tokens, a new array} */
        public int[] ids() {
            return ids.clone();
        }

        /** {@return how many of the last rows' logits are wanted} */
        public int outputs() {
            return outputs;
        }
    }

    /**
     * Begins a sequence.
     *
     * @return an empty sequence
     * @throws Overloaded when as many are open as the model's {@link Limits#sequences}
     * @throws InvalidRequest when the model needs a source
     */
    Sequence open();

    /**
     * Begins the sequence that a {@link Seq2SeqModel}'s decoder makes of a source. The encoder computes the source in the step of the first chunk.
     *
     * @param source the encoder's ids; copied
     * @return an empty sequence, without the decoder's start token
     * @throws Overloaded when as many are open as the model's {@link Limits#sequences}
     * @throws InvalidRequest when the source is empty, too long for one step or holds ids that don't exist, or the model takes none
     */
    Sequence open(int[] source);

    /**
     * Appends tokens to sequences, all in one step of the model.
     *
     * @param chunks at most one for each sequence; together within the model's {@link Limits#rows} and {@link Limits#outputs}
     * @return the wanted logits, {@code [outputs, vocabulary]}, in the order of the chunks and of their rows
     * @throws InvalidRequest when the chunks are too many, too long, of closed or repeated sequences, or hold ids that don't exist
     * @throws Closed when the stepper or the model has been closed
     */
    float[][] step(List<Chunk> chunks);

    /** Gives back the sequences that are still open, and the model. Idempotent. */
    @Override
    void close();
}
