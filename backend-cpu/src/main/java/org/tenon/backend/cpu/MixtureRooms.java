package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.tenon.api.tensor.DType;

/**
 * Where a mixture of experts computes in the workspace: for each worker gates and ups, then for each choice of a row the row, what is
 * between the products, and what the expert gives.
 *
 * @param gates for each worker F32 {@code [ROWS, COLUMNS]}
 * @param ups for each worker as much
 * @param x {@code [choices, hidden]}
 * @param between {@code [choices, inner]}
 * @param y F32 {@code [choices, hidden]}
 */
record MixtureRooms(List<Matrix> gates, List<Matrix> ups, Matrix x, Matrix between, Matrix y) {
    /** Rows whose gates are computed together at the most. */
    static final int ROWS = 128;

    /** Columns of gates that are computed together at the most. */
    static final int COLUMNS = 256;

    private static final long LINE = 64;
    private static final long TILE_BYTES = (long) ROWS * COLUMNS * Float.BYTES;

    /** Rooms in a workspace. */
    MixtureRooms(MemorySegment workspace, int workers, DType type, int hidden, int inner) {
        this(
                tiles(workspace, workers, 0),
                tiles(workspace, workers, TILE_BYTES),
                choices(workspace, workers, type, hidden, inner, type, 0),
                choices(workspace, workers, type, hidden, inner, type, lines(type.bytes(hidden))),
                choices(
                        workspace,
                        workers,
                        type,
                        hidden,
                        inner,
                        DType.F32,
                        lines(type.bytes(hidden)) + lines(type.bytes(inner))));
    }

    private static List<Matrix> tiles(MemorySegment workspace, int workers, long offset) {
        return IntStream.range(0, workers)
                .mapToObj(worker -> new Matrix(
                        workspace,
                        DType.F32,
                        Lanes.F32,
                        2 * TILE_BYTES * worker + offset,
                        (long) COLUMNS * Float.BYTES))
                .toList();
    }

    private static Matrix choices(
            MemorySegment workspace, int workers, DType type, int hidden, int inner, DType stored, long offset) {
        return new Matrix(
                workspace,
                stored,
                Lanes.of(stored),
                2 * TILE_BYTES * workers + offset,
                choiceBytes(type, hidden, inner));
    }

    /** A line more than needed, so that neighbours don't fall into the same sets of a cache. */
    private static long choiceBytes(DType type, long hidden, long inner) {
        return lines(type.bytes(hidden)) + lines(type.bytes(inner)) + lines(hidden * Float.BYTES) + LINE;
    }

    private static long lines(long bytes) {
        return (bytes + LINE - 1) / LINE * LINE;
    }

    /** The bytes of rooms for a number of choices. */
    static long bytes(int workers, DType type, long hidden, long inner, long choices) {
        return 2 * TILE_BYTES * workers + choices * choiceBytes(type, hidden, inner);
    }
}
