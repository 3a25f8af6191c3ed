package org.tenon.backend.opencl;

import org.tenon.api.op.Attention;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * How attention is cut into units of work: a tile of queries of a key head, which are some rows with some heads of its group, and every {@code chunks}-th part of their
 * keys. Parts are the same for all steps, so a row's bits depend on nothing else.
 *
 * @param rows the rows
 * @param keys the longest reach in the step
 * @param heads the heads of queries
 * @param kvHeads the heads of keys
 * @param valueWidth the width of values
 * @param items how many units the device computes side by side
 * @param tileRows rows of a tile
 * @param tileHeads heads of a tile
 */
record AttentionCut(
        Dim rows, Extent keys, long heads, long kvHeads, long valueWidth, long items, long tileRows, long tileHeads) {
    /** What widths are rounded up to where sums are kept. */
    private static final long LANES = 16;
    /** Keys that are summed up from nothing ({@code softmax.cl}). */
    private static final long PART = 256;
    /** The most that the sums of parts may take, so that they are joined by a kernel of its own. */
    private static final long MOST_BYTES = 1L << 26;

    /** The cut of an op in tiles. */
    static AttentionCut of(Attention op, Attention.In<Tensor> in, long items, long tileRows, long tileHeads) {
        return new AttentionCut(
                in.q().shape().dim(0),
                op.keys(),
                in.q().shape().size(1),
                in.keys().shape().size(1),
                in.values().width(),
                items,
                tileRows,
                tileHeads);
    }

    static long padded(long width) {
        return Math.ceilDiv(width, LANES) * LANES;
    }

    /** Places for parts: a sequence may begin within one. */
    long slots(StepShape step) {
        return Math.ceilDiv(step.size(keys), PART) + 1;
    }

    /** Units of work if all parts of a tile's keys are one unit's. */
    private long tiles(StepShape step) {
        return Math.ceilDiv(rows.size(step), tileRows) * kvHeads * Math.ceilDiv(heads / kvHeads, tileHeads);
    }

    /** Units that share the parts of a tile's keys, so that nothing of the device waits. */
    long chunks(StepShape step) {
        long tiles = Math.max(1, tiles(step));
        boolean fits = bytes(rows.size(step), slots(step)) <= MOST_BYTES;
        return fits ? Math.min(Math.ceilDiv(items, tiles), slots(step)) : 1;
    }

    long units(StepShape step) {
        return tiles(step) * chunks(step);
    }

    /** Rows' heads whose parts are joined. */
    long joined(StepShape step) {
        return chunks(step) == 1 ? 0 : rows.size(step) * heads;
    }

    /** What parts leave behind, with their largest scores and totals. */
    private long bytes(long rows, long slots) {
        return rows * heads * slots * (padded(valueWidth) + 2) * Float.BYTES;
    }

    /** The most of it in a step within bounds: with more rows there are units enough. */
    long partBytes(StepShape bounds) {
        long few = Math.ceilDiv(items, kvHeads) * tileRows;
        return Math.min(MOST_BYTES, bytes(Math.min(rows.size(bounds), few), slots(bounds)));
    }
}
