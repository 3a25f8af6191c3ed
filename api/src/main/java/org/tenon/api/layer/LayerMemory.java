package org.tenon.api.layer;

/** What a layer keeps for each sequence from step to step. */
public sealed interface LayerMemory {
    /**
     * Keys and values of attention, a row for each position.
     *
     * @param kvHeads heads of keys and values
     * @param keyWidth columns of a key
     * @param valueWidth columns of a value
     * @param reach how far back a query sees
     */
    record Keys(int kvHeads, int keyWidth, int valueWidth, Reach reach) implements LayerMemory {}

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
