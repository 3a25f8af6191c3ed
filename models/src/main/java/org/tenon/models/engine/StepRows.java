package org.tenon.models.engine;

import java.util.Arrays;
import org.tenon.api.model.ModelListener;
import org.tenon.models.assembly.StepCounts;

/** The rows of a step: those of one sequence lie together. One object, filled anew for each step. */
final class StepRows implements ModelListener.StepReport, StepCounts {
    final int[] ids; // [rows]
    final int[] positions; // [rows]
    final int[] sequence; // [rows], which sequence of the step
    final int[] lengths; // [sequences], after the step
    final int[] outputs; // [outputs], rows
    final int[] entries; // [groups], blocks that a sequence can have
    final int[] sourceIds; // [source rows], as those below: of the sequences whose source the encoder computes
    final int[] sourcePositions; // [source rows]
    final int[] sourceSequence; // [source rows], which source of the step
    final int[] sourceLengths; // [sources]
    final int[] crossLengths; // [sequences], of each one's source
    final int[][]
            slots; // [groups][rows, of the sources where keys are an encoder's], where keys go: block * blockSize +
    // place
    final int[][] tables; // [groups][sequences * entries]
    final int[][] bases; // [groups][sequences], the position of the first key in the table
    final int[] reads; // [sequences], the slot of the states before the step, -1 for none
    final int[] writes; // [rows], the slot of the states after the row, -1 for none
    final int[] keys; // [groups], the most keys that one sequence has in its table after the step
    private final Blocks blocks;
    private final int blockSize;
    private int sourceRows;
    private int sources;
    private int sourceQuery;
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
        this.sourceIds = new int[mostRows];
        this.sourcePositions = new int[mostRows];
        this.sourceSequence = new int[mostRows];
        this.sourceLengths = new int[mostSequences];
        this.crossLengths = new int[mostSequences];
        this.slots = new int[groups][mostRows];
        this.tables = new int[groups][];
        Arrays.setAll(tables, group -> new int[mostSequences * entries[group]]);
        this.bases = new int[groups][mostSequences];
        this.reads = new int[mostSequences];
        this.writes = new int[mostRows];
        this.keys = new int[groups];
        this.blocks = blocks;
        this.blockSize = blocks.blockSize();
    }

    void clear() {
        rows = 0;
        sequences = 0;
        outputCount = 0;
        query = 0;
        sourceRows = 0;
        sources = 0;
        sourceQuery = 0;
        Arrays.fill(keys, 0);
        prefillRows = 0;
        nanos = 0;
    }

    /** How many rows there is room for. */
    int room() {
        return ids.length - rows;
    }

    /** Whether there is room for what the encoder has yet to compute for a sequence. */
    boolean hasRoomForSource(CachedSequence from) {
        return from.unencoded() <= sourceIds.length - sourceRows;
    }

    /**
     * Adds the next pending ids of a sequence, whose blocks and slot are reserved, and wants the logits of the last few; before them, in the same
     * step, its source if that is still to be computed.
     */
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
        crossLengths[sequences] = from.source().length;
        for (int group = 0; group < keys.length; group++) {
            BlockTable table = from.table(group);
            if (blocks.crosses(group)) {
                slots(table, group, sourceRows, 0, from.unencoded());
                table(table, group, from.source().length);
            } else {
                slots(table, group, rows, first, count);
                table(table, group, first + count);
            }
        }
        addSource(from);
        rows += count;
        sequences++;
        query = Math.max(query, count);
    }

    private void addSource(CachedSequence from) {
        int count = from.unencoded();
        if (count == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            sourceIds[sourceRows + i] = from.source()[i];
            sourcePositions[sourceRows + i] = i;
            sourceSequence[sourceRows + i] = sources;
        }
        sourceLengths[sources++] = count;
        sourceRows += count;
        sourceQuery = Math.max(sourceQuery, count);
    }

    /** Where the keys of some rows go, the first of which stands at a position. */
    private void slots(BlockTable table, int group, int row, int position, int count) {
        for (int i = 0; i < count; i++) {
            int key = position + i - table.base();
            slots[group][row + i] = table.block(key / blockSize) * blockSize + key % blockSize;
        }
    }

    /** The table of a sequence that has keys up to a position. */
    private void table(BlockTable table, int group, int end) {
        int start = sequences * entries[group];
        for (int entry = 0; entry < entries[group]; entry++) {
            tables[group][start + entry] = entry < table.count() ? table.block(entry) : -1;
        }
        bases[group][sequences] = table.base();
        keys[group] = Math.max(keys[group], end - table.base());
    }

    void prefill(int count) {
        prefillRows += count;
    }

    void took(long time) {
        nanos = time;
    }

    @Override
    public int query() {
        return query;
    }

    @Override
    public int keys(int group) {
        return keys[group];
    }

    @Override
    public int sourceRows() {
        return sourceRows;
    }

    @Override
    public int sources() {
        return sources;
    }

    @Override
    public int sourceQuery() {
        return sourceQuery;
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
