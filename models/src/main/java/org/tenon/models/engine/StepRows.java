package org.tenon.models.engine;

import org.tenon.api.model.ModelListener;

/** The rows of a step: those of one sequence lie together. One object, filled anew for each step. */
final class StepRows implements ModelListener.StepReport {
    final int[] ids; // [rows]
    final int[] positions; // [rows]
    final int[] sequence; // [rows], which sequence of the step
    final int[] slots; // [rows], where the keys go: block * blockSize + place
    final int[] lengths; // [sequences], after the step
    final int[] table; // [sequences, entries]
    final int[] outputs; // [outputs], rows
    final int entries;
    private final int blockSize;
    private int rows;
    private int sequences;
    private int outputCount;
    private int query;
    private int keys;
    private int prefillRows;
    private long nanos;

    StepRows(int mostRows, int mostSequences, int mostOutputs, Blocks blocks) {
        this.ids = new int[mostRows];
        this.positions = new int[mostRows];
        this.sequence = new int[mostRows];
        this.slots = new int[mostRows];
        this.lengths = new int[mostSequences];
        this.entries = blocks.entries();
        this.blockSize = blocks.blockSize();
        this.table = new int[mostSequences * entries];
        this.outputs = new int[mostOutputs];
    }

    void clear() {
        rows = 0;
        sequences = 0;
        outputCount = 0;
        query = 0;
        keys = 0;
        prefillRows = 0;
        nanos = 0;
    }

    /** How many rows there is room for. */
    int room() {
        return ids.length - rows;
    }

    /** Adds the next pending ids of a sequence, whose blocks are reserved, and wants the logits of the last few. */
    void add(CachedSequence from, int count, int wanted) {
        for (int i = 0; i < count; i++) {
            int position = from.cached() + i;
            ids[rows] = from.id(position);
            positions[rows] = position;
            sequence[rows] = sequences;
            slots[rows] = from.table().block(position / blockSize) * blockSize + position % blockSize;
            if (i >= count - wanted) {
                outputs[outputCount++] = rows;
            }
            rows++;
        }
        int length = from.cached() + count;
        lengths[sequences] = length;
        for (int entry = 0; entry < entries; entry++) {
            table[sequences * entries + entry] =
                    entry < from.table().count() ? from.table().block(entry) : -1;
        }
        sequences++;
        query = Math.max(query, count);
        keys = Math.max(keys, length);
    }

    void prefill(int count) {
        prefillRows += count;
    }

    void took(long time) {
        nanos = time;
    }

    /** The most rows that one sequence has. */
    int query() {
        return query;
    }

    /** The most keys that one sequence has after the step. */
    int keys() {
        return keys;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int prefillRows() {
        return prefillRows;
    }

    @Override
    public int sequences() {
        return sequences;
    }

    @Override
    public int outputs() {
        return outputCount;
    }

    @Override
    public long nanos() {
        return nanos;
    }
}
