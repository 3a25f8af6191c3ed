package org.tenon.models.engine;

import java.util.Arrays;
import org.tenon.api.model.ModelListener;

/** The rows of a step: those of one sequence lie together. One object, filled anew for each step. */
final class StepRows implements ModelListener.StepReport {
    final int[] ids; // [rows]
    final int[] positions; // [rows]
    final int[] sequence; // [rows], which sequence of the step
    final int[] lengths; // [sequences], after the step
    final int[] outputs; // [outputs], rows
    final int[] entries; // [groups], blocks that a sequence can have
    final int[][] slots; // [groups][rows], where the keys go: block * blockSize + place
    final int[][] tables; // [groups][sequences * entries]
    final int[][] bases; // [groups][sequences], the position of the first key in the table
    final int[] reads; // [sequences], the slot of the states before the step, -1 for none
    final int[] writes; // [rows], the slot of the states after the row, -1 for none
    final int[] keys; // [groups], the most keys that one sequence has in its table after the step
    private final int blockSize;
    private int rows;
    private int sequences;
    private int outputCount;
    private int query;
    private int prefillRows;
    private long nanos;

    StepRows(int mostRows, int mostSequences, int mostOutputs, Blocks blocks) {
        int groups = blocks.groups();
        this.ids = new int[mostRows];
        this.positions = new int[mostRows];
        this.sequence = new int[mostRows];
        this.lengths = new int[mostSequences];
        this.outputs = new int[mostOutputs];
        this.entries = new int[groups];
        Arrays.setAll(entries, blocks::entries);
        this.slots = new int[groups][mostRows];
        this.tables = new int[groups][];
        Arrays.setAll(tables, group -> new int[mostSequences * entries[group]]);
        this.bases = new int[groups][mostSequences];
        this.reads = new int[mostSequences];
        this.writes = new int[mostRows];
        this.keys = new int[groups];
        this.blockSize = blocks.blockSize();
    }

    void clear() {
        rows = 0;
        sequences = 0;
        outputCount = 0;
        query = 0;
        Arrays.fill(keys, 0);
        prefillRows = 0;
        nanos = 0;
    }

    /** How many rows there is room for. */
    int room() {
        return ids.length - rows;
    }

    /** Adds the next pending ids of a sequence, whose blocks and slot are reserved, and wants the logits of the last few. */
    void add(CachedSequence from, int count, int wanted) {
        int first = from.cached();
        for (int i = 0; i < count; i++) {
            ids[rows + i] = from.id(first + i);
            positions[rows + i] = first + i;
            sequence[rows + i] = sequences;
            writes[rows + i] = CachedSequence.NONE;
        }
        reads[sequences] = first == 0 ? CachedSequence.NONE : from.slot();
        writes[rows + count - 1] = from.slot();
        for (int i = count - wanted; i < count; i++) {
            outputs[outputCount++] = rows + i;
        }
        lengths[sequences] = first + count;
        for (int group = 0; group < keys.length; group++) {
            place(from.table(group), group, first, count);
        }
        rows += count;
        sequences++;
        query = Math.max(query, count);
    }

    private void place(BlockTable table, int group, int first, int count) {
        int base = table.base();
        for (int i = 0; i < count; i++) {
            int key = first + i - base;
            slots[group][rows + i] = table.block(key / blockSize) * blockSize + key % blockSize;
        }
        int start = sequences * entries[group];
        for (int entry = 0; entry < entries[group]; entry++) {
            tables[group][start + entry] = entry < table.count() ? table.block(entry) : -1;
        }
        bases[group][sequences] = base;
        keys[group] = Math.max(keys[group], first + count - base);
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
