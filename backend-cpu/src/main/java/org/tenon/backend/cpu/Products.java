package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.DnnEngine;
import org.tenon.backend.cpu.ffi.Isa;
import org.tenon.backend.cpu.ffi.ProductKernel;

/**
 * Matrix products: a few rows by our own C kernel, many by oneDNN, as far as they are there; else in plain Java, a few rows as dot products with the weight's rows, many by
 * tiles, whose weights are decoded and transposed once for all rows of the tile. Weights stay as they are, row after row, so that one copy serves all of this and
 * an embedding too.
 *
 * <p>Where results must not depend on the batch, the C kernel computes them all, or else the tiles: with both, an element's sum depends on nothing but its row and its weights.
 */
final class Products {
    /** Multiplications that a piece of work should have. */
    private static final long GRAIN = 65_536;

    /** Columns of a tile where wider ones would be too few for all workers. */
    private static final int SLENDER = 64;

    /** Multiplications that plain Java is done with before oneDNN, or another thread, has begun. */
    private static final long SMALL = 32_768;

    private final Workers workers;
    private final Optional<DnnEngine> engine;
    private final Optional<ProductKernel> kernel;
    private final boolean batchInvariant;
    private final Tile[] tiles;

    /** The left side of dot products, shared by all workers and all launches. */
    private final FewRows few = new FewRows();

    /**
     * Products.
     *
     * @param workers do the work
     * @param engine oneDNN, if it is there
     * @param kernel our own C kernel, if it is there
     * @param batchInvariant whether an element may depend on nothing but its row and its weights
     */
    Products(Workers workers, Optional<DnnEngine> engine, Optional<ProductKernel> kernel, boolean batchInvariant) {
        this.workers = workers;
        this.engine = engine.filter(there -> !batchInvariant);
        this.kernel = kernel;
        this.batchInvariant = batchInvariant;
        tiles = IntStream.range(0, workers.pool().size())
                .mapToObj(worker -> new Tile())
                .toArray(Tile[]::new);
    }

    Lookup<Linear.In<Buffer>> linear(Linear op, Linear.In<Tensor> in, List<Tensor> out) {
        List<DType> weights = in.weights().stream().map(Tensor::type).toList();
        Optional<DnnLinear.Types> types = types(in.x(), weights, op.type());
        return Lookup.<Linear.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View x = new View(operands.x());
                    View y = new View(outputs.getFirst());
                    Optional<View> bias = operands.bias().map(View::new);
                    List<Part> parts = new ArrayList<>();
                    int column = 0;
                    for (Buffer weight : operands.weights()) {
                        int columns = Math.toIntExact(weight.shape().size(0));
                        parts.add(new Part(Matrix.of(new View(weight)), true, columns, column));
                        column += columns;
                    }
                    return new Dense(x, parts, bias, y, types, HostMemory.segment(workspace));
                })
                .workspace(step -> workspace(types, in.x(), out.getFirst(), step));
    }

    /** How oneDNN multiplies operands of some types; nothing where it isn't there or can't. */
    private Optional<DnnLinear.Types> types(Tensor x, List<DType> weights, DType y) {
        return engine.flatMap(there -> DnnLinear.types(there, x.type(), weights, y));
    }

    private static long workspace(Optional<DnnLinear.Types> types, Tensor x, Tensor y, StepShape step) {
        long rows = x.shape().dim(0).size(step);
        return types.map(used -> used.workspace(x.type(), y.type(), rows, x.width(), y.width()))
                .orElse(0L);
    }

    Lookup<MatMul.In<Buffer>> matmul(MatMul op, MatMul.In<Tensor> in, List<Tensor> out) {
        boolean transposed = op.transposed();
        Optional<DnnLinear.Types> types = in.index().isPresent()
                ? Optional.empty()
                : types(in.a(), List.of(in.b().type()), DType.F32);
        return Lookup.<MatMul.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View y = new View(outputs.getFirst());
                    if (operands.index().isPresent()) {
                        return new StackedProduct(
                                workers,
                                operands.a(),
                                operands.b(),
                                operands.index().get(),
                                y,
                                transposed);
                    }
                    Part whole = new Part(Matrix.of(new View(operands.b())), transposed, y.width(), 0);
                    View a = new View(operands.a());
                    return new Dense(a, List.of(whole), Optional.empty(), y, types, HostMemory.segment(workspace));
                })
                .workspace(step -> workspace(types, in.a(), out.getFirst(), step));
    }

    /**
     * The most rows for which our own kernel is as fast as oneDNN: measured on a Zen 4 for AVX-512 with BF16 (the figures are in the README), estimated from that for the others.
     * What oneDNN has of its own for a machine, such as AMX, shows with many rows alone.
     */
    private static int most(Isa isa, DType x, List<DType> weights) {
        boolean pairs = x.equals(DType.BF16) && weights.stream().allMatch(DType.BF16::equals);
        return switch (isa) {
            case GENERIC -> 2;
            case AVX2 -> pairs ? 4 : 8;
            case AVX512 -> pairs ? 8 : 64;
            case AVX512BF16 -> pairs ? 24 : 64;
        };
    }

    /** Columns of one part. */
    private record Piece(Part part, int first, int columns) {}

    private static List<Piece> cut(List<Part> parts, int columns) {
        List<Piece> pieces = new ArrayList<>();
        for (Part part : parts) {
            for (int first = 0; first < part.columns(); first += columns) {
                pieces.add(new Piece(part, first, Math.min(columns, part.columns() - first)));
            }
        }
        return pieces;
    }

    private final class Dense implements Launch, WorkerPool.Task {
        private final View x;
        private final Matrix input;
        private final Matrix output;
        private final Optional<View> bias;
        private final int inner;
        private final boolean canDot;
        private final long size; // multiplications for each row
        private final Optional<DotLinear> dots;
        private final Optional<DnnLinear> dnn;
        private final int mostDots; // rows
        private final Piece[] narrow;
        private final Piece[] wide;
        private int rows;
        private int rowTiles; // none where the rows are few

        Dense(
                View x,
                List<Part> parts,
                Optional<View> bias,
                View y,
                Optional<DnnLinear.Types> types,
                MemorySegment workspace) {
            dnn = types.flatMap(
                    used -> engine.map(there -> new DnnLinear(workers, there, used, x, parts, bias, y, workspace)));
            List<DType> weights =
                    parts.stream().map(part -> part.matrix().type()).toList();
            canDot = parts.stream().allMatch(Part::transposed);
            dots = kernel.filter(there -> canDot && DotLinear.takes(x.type(), weights, y.type()))
                    .map(there -> new DotLinear(workers, there, x, parts, bias, y));
            mostDots = dnn.isEmpty()
                    ? Integer.MAX_VALUE
                    : kernel.map(there -> most(there.isa(), x.type(), weights)).orElse(0);
            this.x = x;
            this.bias = bias;
            input = Matrix.of(x);
            output = Matrix.of(y);
            inner = x.width();
            size = (long) inner * y.width();
            int slim = Math.clamp(GRAIN / Math.max(1, inner), 4, Tile.COLUMNS);
            narrow = cut(parts, slim).toArray(Piece[]::new);
            boolean plenty = y.width() >= 2L * Tile.COLUMNS * workers.pool().size();
            wide = cut(parts, plenty ? Tile.COLUMNS : SLENDER).toArray(Piece[]::new);
            workers.scratch().reserveFloats(0, (FewRows.MOST + 1) * Tile.COLUMNS);
            few.reserve(inner);
            for (Tile tile : tiles) {
                tile.reserveMany();
            }
        }

        @Override
        public void run(Queue queue, StepShape step) {
            rows = Math.toIntExact(x.rows(step));
            if (dots.isPresent() && rows <= mostDots) {
                dots.get().run(rows);
            } else if (canDot
                    && !batchInvariant
                    && rows <= FewRows.MOST
                    && (dnn.isEmpty() || (long) rows * size < SMALL)) {
                few.load(input, rows, inner);
                rowTiles = 0;
                workers.pool().run(rows == 0 ? 0 : narrow.length, this);
            } else if (dnn.isEmpty() || !dnn.get().run(rows)) {
                rowTiles = (rows + Tile.ROWS - 1) / Tile.ROWS;
                workers.pool().run(rowTiles * wide.length, this);
            }
        }

        @Override
        public void run(int index, int worker) {
            if (rowTiles == 0) {
                dots(narrow[index], tiles[worker], workers.scratch().floats(0, worker));
            } else {
                many(wide[index / rowTiles], index % rowTiles * Tile.ROWS, tiles[worker]);
            }
        }

        /** Output columns by dot products; they are gathered for each row before they are stored. */
        private void dots(Piece piece, Tile tile, float[] columns) {
            float[] sums = tile.result();
            for (int n = 0; n < piece.columns(); n++) {
                tile.dots(piece.part().matrix(), piece.first() + n, few);
                for (int m = 0; m < rows; m++) {
                    columns[m * Tile.COLUMNS + n] = sums[m];
                }
            }
            for (int m = 0; m < rows; m++) {
                System.arraycopy(columns, m * Tile.COLUMNS, sums, 0, piece.columns());
                store(piece, m, sums, columns, FewRows.MOST * Tile.COLUMNS);
            }
        }

        private void many(Piece piece, int first, Tile tile) {
            int count = Math.min(Tile.ROWS, rows - first);
            Part part = piece.part();
            tile.multiply(input, first, count, part.matrix(), part.transposed(), piece.first(), piece.columns(), inner);
            for (int m = 0; m < count; m++) {
                store(piece, first + m, tile.sums(m), tile.result(), 0);
            }
        }

        /** Adds the bias, which is read into {@code spare}, and writes a part of a row. */
        private void store(Piece piece, int row, float[] sums, float[] spare, int at) {
            int column = piece.part().first() + piece.first();
            if (bias.isPresent()) {
                Lanes.F32.load(bias.get().bytes(), 4L * column, spare, at, piece.columns());
                for (int i = 0; i < piece.columns(); i++) {
                    sums[i] += spare[at + i];
                }
            }
            output.store(sums, 0, row, column, piece.columns());
        }
    }
}
