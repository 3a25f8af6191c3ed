package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.tensor.DType;
import org.tenon.backend.cpu.ffi.DnnEngine;
import org.tenon.backend.cpu.ffi.DnnProduct;

/**
 * A product of many rows by oneDNN: cut into pieces, one for each worker, which oneDNN computes on that worker's thread. Operands of types
 * that it doesn't take together are converted to F32 in the workspace, which loses nothing. How a product is cut is planned once for each number of
 * rows.
 */
final class DnnLinear implements WorkerPool.Task {
    /** Fewer columns than this aren't worth a piece of their own. */
    private static final int LEAST_COLUMNS = 64;

    /** Fewer rows than this aren't. */
    private static final int LEAST_ROWS = 32;

    /**
     * What oneDNN takes for operands of given types.
     *
     * @param x the type of the left side
     * @param y the output's type
     */
    record Types(DType x, DType y) {
        /** Bytes of workspace for the operands that must be converted. */
        long workspace(DType givenX, DType givenY, long rows, long inner, long columns) {
            return (x.equals(givenX) ? 0 : rows * inner * Float.BYTES)
                    + (y.equals(givenY) ? 0 : rows * columns * Float.BYTES);
        }
    }

    /** What is done between two meetings of the workers. */
    private enum Phase {
        CONVERT_X,
        MULTIPLY,
        CONVERT_Y
    }

    /** A part of the output, and where its operands lie. */
    private record Piece(DnnProduct product, long x, long weight, long y, long bias) {}

    /** How a product of some number of rows is computed; without pieces where oneDNN has none of its sizes. */
    private record Plan(int rows, Matrix x, Matrix y, List<Piece> pieces) {}

    private final Workers workers;
    private final DnnEngine engine;
    private final Types types;
    private final Matrix x;
    private final Matrix y;
    private final int inner;
    private final int columns;
    private final List<Part> parts;
    private final Optional<View> bias;
    private final MemorySegment workspace;
    private final List<Plan> plans = new ArrayList<>();
    private Plan plan;
    private Phase phase = Phase.MULTIPLY;
    private int pieces; // of the phase

    /**
     * Binds a product.
     *
     * @param workers do the work
     * @param engine makes products
     * @param types what {@link #types(DnnEngine, DType, List, DType)} answered for these operands
     * @param x the left side
     * @param parts the right side
     * @param bias F32, added to each row
     * @param y the output
     * @param workspace room for what must be converted
     */
    DnnLinear(
            Workers workers,
            DnnEngine engine,
            Types types,
            View x,
            List<Part> parts,
            Optional<View> bias,
            View y,
            MemorySegment workspace) {
        this.workers = workers;
        this.engine = engine;
        this.types = types;
        this.x = Matrix.of(x);
        this.y = Matrix.of(y);
        this.inner = x.width();
        this.columns = y.width();
        this.parts = parts;
        this.bias = bias;
        this.workspace = workspace;
        this.plan = new Plan(0, this.x, this.y, List.of());
        workers.scratch().reserveFloats(0, Math.max(inner, columns));
    }

    /** The types in which oneDNN multiplies operands of given types without rounding one first; nothing where it can't. */
    static Optional<Types> types(DnnEngine engine, DType x, List<DType> weights, DType y) {
        List<Types> candidates = List.of(
                new Types(x, y), new Types(DType.F32, y), new Types(x, DType.F32), new Types(DType.F32, DType.F32));
        return candidates.stream()
                .filter(types -> weights.stream()
                        .allMatch(weight -> engine.product(probe(types.x(), weight, types.y()))
                                .isPresent()))
                .findFirst();
    }

    private static DnnProduct.Sizes probe(DType x, DType weight, DType y) {
        return new DnnProduct.Sizes(32, 64, 64, x, weight, y, 64, 1, 64, 64, false);
    }

    /**
     * Multiplies.
     *
     * @param rows how many
     * @return whether it did; false where oneDNN has no product of such sizes
     */
    boolean run(int rows) {
        if (plan.rows() != rows) {
            plan = planned(rows);
        }
        if (plan.pieces().isEmpty()) {
            return false;
        }
        requireOpen();
        if (!types.x().equals(x.type())) {
            meet(Phase.CONVERT_X, workers.pieces(rows, inner));
        }
        meet(Phase.MULTIPLY, plan.pieces().size());
        if (!types.y().equals(y.type())) {
            meet(Phase.CONVERT_Y, workers.pieces(rows, columns));
        }
        return true;
    }

    /** Native code would crash where a mapped checkpoint was closed too early. */
    private void requireOpen() {
        boolean open = x.bytes().scope().isAlive() && y.bytes().scope().isAlive();
        for (int i = 0; i < parts.size(); i++) {
            open &= parts.get(i).matrix().bytes().scope().isAlive();
        }
        if (!open) {
            throw new IllegalStateException("the memory of a product's operand was given back");
        }
    }

    private void meet(Phase next, int count) {
        phase = next;
        pieces = count;
        workers.pool().run(count, this);
    }

    @Override
    public void run(int index, int worker) {
        if (phase == Phase.MULTIPLY) {
            Piece piece = plan.pieces().get(index);
            piece.product().run(worker, piece.x(), piece.weight(), piece.y(), piece.bias());
        } else if (phase == Phase.CONVERT_X) {
            convert(x, plan.x(), inner, index, worker);
        } else {
            convert(plan.y(), y, columns, index, worker);
        }
    }

    private void convert(Matrix from, Matrix to, int width, int index, int worker) {
        float[] values = workers.scratch().floats(0, worker);
        long end = (long) plan.rows() * (index + 1) / pieces;
        for (long row = (long) plan.rows() * index / pieces; row < end; row++) {
            from.load(row, 0, values, 0, width);
            to.store(values, 0, row, 0, width);
        }
    }

    private Plan planned(int rows) {
        for (int i = 0; i < plans.size(); i++) {
            if (plans.get(i).rows() == rows) {
                return plans.get(i);
            }
        }
        Plan made = plan(rows);
        plans.add(made);
        return made;
    }

    private Plan plan(int rows) {
        boolean same = types.x().equals(x.type());
        long xBytes = same ? 0 : (long) rows * inner * Float.BYTES;
        Matrix usedX = same ? x : floats(0, inner);
        Matrix usedY = types.y().equals(y.type()) ? y : floats(xBytes, columns);
        List<Piece> pieces = new ArrayList<>();
        for (Part part : parts) {
            int across =
                    Math.clamp(part.columns() / LEAST_COLUMNS, 1, workers.pool().size());
            int down = across == workers.pool().size()
                    ? 1
                    : Math.clamp(rows / LEAST_ROWS, 1, workers.pool().size() / across);
            for (int i = 0; i < across * down; i++) {
                int columnFrom = cut(part.columns(), i % across, across);
                int columnTo = cut(part.columns(), i % across + 1, across);
                int rowFrom = (int) ((long) rows * (i / across) / down);
                int rowTo = (int) ((long) rows * (i / across + 1) / down);
                Optional<Piece> piece =
                        piece(part, usedX, usedY, rowFrom, rowTo - rowFrom, columnFrom, columnTo - columnFrom);
                if (piece.isEmpty()) {
                    return new Plan(rows, x, y, List.of());
                }
                pieces.add(piece.get());
            }
        }
        return new Plan(rows, usedX, usedY, List.copyOf(pieces));
    }

    /** Cuts between columns, at multiples of what a vector register holds. */
    private static int cut(int columns, int index, int pieces) {
        return index == pieces ? columns : (int) ((long) columns * index / pieces) / 16 * 16;
    }

    private Optional<Piece> piece(Part part, Matrix usedX, Matrix usedY, int row, int rows, int column, int count) {
        Matrix w = part.matrix();
        long elementBytes = w.type().blockBytes();
        long rowStride = w.stride() / elementBytes;
        int first = part.first() + column;
        DnnProduct.Sizes sizes = new DnnProduct.Sizes(
                rows,
                count,
                inner,
                usedX.type(),
                w.type(),
                usedY.type(),
                usedX.stride() / usedX.type().blockBytes(),
                part.transposed() ? 1 : rowStride,
                part.transposed() ? rowStride : 1,
                usedY.stride() / usedY.type().blockBytes(),
                bias.isPresent());
        return engine.product(sizes)
                .map(product -> new Piece(
                        product,
                        usedX.address(row, 0),
                        part.transposed() ? w.address(column, 0) : w.address(0, column),
                        usedY.address(row, first),
                        bias.map(b -> b.bytes().address() + (long) first * Float.BYTES)
                                .orElse(0L)));
    }

    private Matrix floats(long offset, int width) {
        return new Matrix(workspace, DType.F32, Lanes.F32, offset, (long) width * Float.BYTES);
    }
}
