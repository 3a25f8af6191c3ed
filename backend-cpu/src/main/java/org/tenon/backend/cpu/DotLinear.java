package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import org.tenon.api.tensor.DType;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.ProductKernel;

/**
 * A product with weights as they lie, row after row, by our own C kernel, cut into columns. An element's bits depend on its row and its weights alone: not on the other
 * rows, nor on the cut.
 */
final class DotLinear implements WorkerPool.Task {
    /** Bytes of weights of a piece of few rows: where reading breaks off and goes on elsewhere, memory waits. */
    private static final long PIECE_BYTES = 1 << 20;

    /** Columns of a piece of many rows, for which the rows of the left side are packed anew in each piece. */
    private static final int MANY_COLUMNS = 256;

    /** More rows than this are many: they bound a product, and no longer the weights. */
    private static final int FEW = 64;

    /** Pieces for each worker at the least, so that one that is held up doesn't hold up all. */
    private static final int PIECES_EACH = 4;

    /** Columns that the kernel computes at once. */
    private static final int TILE = 4;

    /** Multiplications that one thread is done with before another has begun. */
    private static final long SMALL = 65_536;

    private final Workers workers;
    private final ProductKernel kernel;
    private final Matrix x;
    private final Matrix y;
    private final Optional<View> bias;
    private final List<Part> parts;
    private final long[] products; // one for each part
    private final long rowBytes; // of the widest weight
    private final long size; // multiplications for each row
    private final int columns;
    private int rows;
    private int step; // columns of a piece

    /**
     * Binds a product.
     *
     * @param workers do the work
     * @param kernel multiplies
     * @param x the left side
     * @param parts the right side, which {@link #takes} allows
     * @param bias F32, added to each row
     * @param y the output
     */
    DotLinear(Workers workers, ProductKernel kernel, View x, List<Part> parts, Optional<View> bias, View y) {
        this.workers = workers;
        this.kernel = kernel;
        this.x = Matrix.of(x);
        this.y = Matrix.of(y);
        this.bias = bias;
        this.parts = parts;
        products = parts.stream()
                .mapToLong(part -> kernel.describe(
                        rows(this.x, 0),
                        rows(part.matrix(), 0),
                        rows(this.y, part.first()),
                        bias.map(b -> b.bytes().address() + (long) part.first() * Float.BYTES)
                                .orElse(0L),
                        x.width()))
                .toArray();
        rowBytes = parts.stream()
                .mapToLong(part -> part.matrix().type().bytes(x.width()))
                .max()
                .orElseThrow();
        columns = y.width();
        size = (long) x.width() * columns;
    }

    private static ProductKernel.Rows rows(Matrix matrix, long column) {
        return new ProductKernel.Rows(matrix.address(0, column), matrix.stride(), matrix.type());
    }

    /** Whether the kernel takes operands: of scalar types, and the right side's rows as the product's columns. */
    static boolean takes(DType x, List<DType> weights, DType y) {
        return CType.known(x) && CType.known(y) && weights.stream().allMatch(CType::known);
    }

    /** Multiplies. */
    void run(int count) {
        requireOpen();
        rows = count;
        boolean few = count <= FEW;
        long most = few ? Math.max(TILE, PIECE_BYTES / Math.max(1, rowBytes)) : MANY_COLUMNS;
        long each = (columns + (long) PIECES_EACH * workers.pool().size() - 1)
                / ((long) PIECES_EACH * workers.pool().size());
        long wanted = count * size < SMALL ? columns : Math.min(most, each);
        step = (int) ((wanted + TILE - 1) / TILE * TILE);
        int pieces = 0;
        for (int i = 0; i < parts.size(); i++) {
            pieces += pieces(i);
        }
        workers.pool().run(count == 0 ? 0 : pieces, this);
    }

    private int pieces(int part) {
        return (parts.get(part).columns() + step - 1) / step;
    }

    /** Native code would crash where a mapped checkpoint was closed too early. */
    private void requireOpen() {
        boolean open = x.bytes().scope().isAlive() && y.bytes().scope().isAlive();
        open &= bias.isEmpty() || bias.get().bytes().scope().isAlive();
        for (int i = 0; i < parts.size(); i++) {
            open &= parts.get(i).matrix().bytes().scope().isAlive();
        }
        if (!open) {
            throw new IllegalStateException("the memory of a product's operand was given back");
        }
    }

    @Override
    public void run(int index, int worker) {
        int part = 0;
        int piece = index;
        while (piece >= pieces(part)) {
            piece -= pieces(part);
            part++;
        }
        int first = piece * step;
        kernel.run(
                products[part],
                rows,
                first,
                Math.min(first + step, parts.get(part).columns()),
                worker);
    }
}
