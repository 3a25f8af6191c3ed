package org.tenon.api.model;

import java.util.Arrays;

/** A sequence for an {@link EncoderModel}. Immutable and thread-safe. */
public sealed interface EncoderInput {
    /**
     * A text. The model's tokenizer adds the tokens that stand around one.
     *
     * @param text any text
     */
    record Text(String text) implements EncoderInput {}

    /** Token ids, taken as they are, and the types of the tokens. */
    final class Ids implements EncoderInput {
        private final int[] ids;
        private final int[] types;

        private Ids(int[] ids, int[] types) {
            this.ids = ids.clone();
            this.types = types.clone();
        }

        /**
         * Sets the types of the tokens; all are of type 0 otherwise.
         *
         * @param each a type for each id, from 0 on
         * @return the same ids with these types
         */
        public Ids types(int... each) {
            InvalidRequest.unless(
                    each.length == ids.length, "types", "one for each of the " + ids.length + " ids", each.length);
            return new Ids(ids, each);
        }

        /** {@return the ids, a new array [n]} */
        public int[] toArray() {
            return ids.clone();
        }

        /** {@return the types of the tokens, a new array [n]} */
        public int[] types() {
            return types.clone();
        }

        @Override
        public String toString() {
            return "Ids" + Arrays.toString(ids);
        }
    }

    /**
     * A text.
     *
     * @param text any text
     * @return the input
     */
    static EncoderInput text(String text) {
        return new Text(text);
    }

    /**
     * Token ids, those that stand around a text among them.
     *
     * @param ids at least one id; copied
     * @return the input
     */
    static Ids ids(int... ids) {
        return new Ids(ids, new int[ids.length]);
    }

    /**
     * A pair: the tokens of the first part are of type 0, those of the second of type 1 (Devlin et al. 2019).
     *
     * @param first the ids of the first part, with what stands before and behind it, such as {@code [CLS] ... [SEP]}
     * @param second the ids of the second part, with what stands behind it, such as {@code ... [SEP]}
     * @return the input
     */
    static Ids pair(int[] first, int[] second) {
        int[] ids = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, ids, first.length, second.length);
        int[] types = new int[ids.length];
        Arrays.fill(types, first.length, ids.length, 1);
        return new Ids(ids, types);
    }
}
