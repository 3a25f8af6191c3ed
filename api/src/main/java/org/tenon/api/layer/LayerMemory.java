package org.tenon.api.layer;

import java.util.Optional;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/** What a layer keeps for each sequence from step to step. */
public sealed interface LayerMemory {
    /**
     * Keys and values of attention, a row for each position.
     *
     * @param kvHeads heads of keys and values
     * @param keyWidth columns of a key
     * @param valueWidth columns of a value
     * @param reach how far back a query sees
     * @param source the stack whose rows the keys are of, computed whole before the layer; nothing for the layer's own rows
     */
    record Keys(int kvHeads, int keyWidth, int valueWidth, Reach reach, Optional<String> source)
            implements LayerMemory {
        /**
         * Keys and values of the layer's own rows.
         *
         * @param kvHeads heads of keys and values
         * @param keyWidth columns of a key
         * @param valueWidth columns of a value
         * @param reach how far back a query sees
         */
        public Keys(int kvHeads, int keyWidth, int valueWidth, Reach reach) {
            this(kvHeads, keyWidth, valueWidth, reach, Optional.empty());
        }
    }

    /**
     * A state that each row of a sequence replaces: it takes the same room however long the sequence is. All states of an axis share
     * one numbering of slots, so a sequence holds one slot.
     *
     * @param shape what is kept for a sequence, F32, of rank 3 at most
     */
    record State(Shape shape) implements LayerMemory {
        /**
         * Checks the shape.
         *
         * @param shape what is kept for a sequence
         */
        public State {
            if (shape.rank() > 3) {
                throw new IllegalArgumentException("a state has a rank of at most 3, but is " + shape);
            }
        }

        /** {@return the bytes of one sequence} */
        public long bytes() {
            return DType.F32.bytes(shape.elements());
        }
    }

    /**
     * How far back the queries of a layer see. Layers of equal reach share their block tables.
     *
     * @param keys how many keys at the most; {@link Integer#MAX_VALUE} for all
     */
    record Reach(int keys) {
        /** Every key of the sequence. */
        public static final Reach ALL = new Reach(Integer.MAX_VALUE);
    }
}
