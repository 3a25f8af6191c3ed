package org.tenon.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Storage;

/**
 * A matrix {@code [columns, inner]} as panels of 32 columns of the product, each {@code [inner, 32]}, so that one number of a row meets 32 weights that lie
 * together. The last panel is filled up with zeros.
 */
final class Panels {
    static final Layout LAYOUT = new Layout("panels of 32 columns");
    static final int COLUMNS = 32;

    private final DeviceMemory memory;
    private final Queue queue;

    Panels(DeviceMemory memory, Queue queue) {
        this.memory = memory;
        this.queue = queue;
    }

    static long count(long columns) {
        return (columns + COLUMNS - 1) / COLUMNS;
    }

    /**
     * Reads a weight panel by panel.
     *
     * @param source a matrix of a scalar type
     * @return the panels, one after another
     */
    Storage arrange(WeightSource source) {
        long columns = source.rows();
        long inner = source.shape().width();
        long bytes = COLUMNS * source.rowBytes();
        Storage storage = memory.allocate(count(columns) * bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(bytes, 64);
            MemorySegment panel = arena.allocate(bytes, 64);
            for (long column = 0; column < columns; column += COLUMNS) {
                long part = Math.min(COLUMNS, columns - column);
                source.read(column, part, rows);
                if (part < COLUMNS) {
                    rows.asSlice(part * source.rowBytes()).fill((byte) 0);
                }
                transpose(rows, panel, inner, source.type().blockBytes());
                queue.upload(panel, storage, column / COLUMNS * bytes, bytes);
            }
        } catch (RuntimeException failure) {
            storage.close();
            throw failure;
        }
        return storage;
    }

    private static void transpose(MemorySegment rows, MemorySegment panel, long inner, int elementBytes) {
        for (long i = 0; i < inner; i++) {
            for (long column = 0; column < COLUMNS; column++) {
                long from = (column * inner + i) * elementBytes;
                long to = (i * COLUMNS + column) * elementBytes;
                if (elementBytes == Short.BYTES) {
                    panel.set(JAVA_SHORT_UNALIGNED, to, rows.get(JAVA_SHORT_UNALIGNED, from));
                } else {
                    panel.set(JAVA_INT_UNALIGNED, to, rows.get(JAVA_INT_UNALIGNED, from));
                }
            }
        }
    }
}
