package org.tenon.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;

/**
 * A matrix {@code [columns, inner]} as panels of 32 columns of the product, each {@code [inner, 32]}, so that one number of a row meets 32 weights that lie
 * together. The last panel of a matrix is filled up with zeros; a stack of matrices is one after another.
 */
final class Panels {
    static final Layout LAYOUT = new Layout("panels of 32 columns");
    static final int COLUMNS = 32;

    /** Bytes that are read, brought to the device and turned there at once. */
    private static final long SLAB = 2L << 20;

    private final Kernels kernels;
    private final ClMemory memory;
    private final Queue queue;

    Panels(Kernels kernels, ClMemory memory, Queue queue) {
        this.kernels = kernels;
        this.memory = memory;
        this.queue = queue;
    }

    static long count(long columns) {
        return Math.ceilDiv(columns, COLUMNS);
    }

    /**
     * Reads a weight slab by slab.
     *
     * @param source a matrix of a scalar type, or a stack of them
     * @return the panels, one after another
     */
    Storage arrange(WeightSource source) {
        Shape shape = source.shape();
        long matrices = shape.rank() == 3 ? shape.size(0) : 1;
        long columns = shape.size(shape.rank() - 2);
        long panel = COLUMNS * source.rowBytes();
        long rows = Math.max(1, SLAB / Math.max(1, panel)) * COLUMNS; // of a slab
        Storage storage = memory.unwritten(matrices * count(columns) * panel);
        try (Arena arena = Arena.ofConfined();
                Storage slab = memory.unwritten(Math.min(rows, count(columns) * COLUMNS) * source.rowBytes())) {
            MemorySegment read = arena.allocate(Math.min(rows, columns) * source.rowBytes(), 64);
            for (long matrix = 0; matrix < matrices; matrix++) {
                for (long column = 0; column < columns; column += rows) {
                    long part = Math.min(rows, columns - column);
                    source.read(matrix * columns + column, part, read);
                    queue.upload(read, slab, 0, part * source.rowBytes());
                    long at = (matrix * count(columns) + column / COLUMNS) * panel;
                    turn(source, slab, storage, at, part);
                }
            }
            queue.finish();
        } catch (RuntimeException failure) {
            storage.close();
            throw failure;
        }
        return storage;
    }

    private void turn(WeightSource source, Storage slab, Storage panels, long at, long rows) {
        kernels.launch("turn", "turn_" + source.type().blockBytes())
                .memory(panels)
                .number(at)
                .memory(slab)
                .number(source.shape().width())
                .number(rows)
                .over(step -> count(rows), COLUMNS * source.shape().width())
                .run(queue, StepShape.NONE);
    }
}
