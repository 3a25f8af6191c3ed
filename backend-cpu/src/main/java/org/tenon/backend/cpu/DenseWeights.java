package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Storage;

/**
 * Weights row after row, as every kernel of this backend takes them. A large one is placed in memory of our own, in huge pages, where it is read faster than in
 * a mapped file, as long as a quarter of the memory stays free for all else. Any other that lies in mapped memory is used where it lies: nothing is copied, and the checkpoint must stay
 * open as long as the weight is used.
 */
final class DenseWeights {
    /** Weights smaller than this gain nothing by being placed. */
    private static final long LARGE = 4L << 20;

    /** What one worker reads at a time. */
    private static final long PANEL_BYTES = 4L << 20;

    private final DeviceMemory memory;
    private final WorkerPool pool;
    private final boolean hugePages;

    /**
     * Weights.
     *
     * @param memory where they are placed
     * @param pool reads them
     * @param hugePages whether large memory lies in huge pages
     */
    DenseWeights(DeviceMemory memory, WorkerPool pool, boolean hugePages) {
        this.memory = memory;
        this.pool = pool;
        this.hugePages = hugePages;
    }

    /** Arranges a weight. */
    Storage arrange(WeightSource source) {
        Optional<MemorySegment> mapped = source.mapped();
        if (mapped.isEmpty()) {
            return place(source);
        }
        if (worthPlacing(source.rows() * source.rowBytes())) {
            try {
                return place(source);
            } catch (OutOfDeviceMemory full) {
                return inPlace(mapped.get());
            }
        }
        return inPlace(mapped.get());
    }

    private boolean worthPlacing(long bytes) {
        MemoryLimits limits = memory.limits();
        return hugePages && bytes >= LARGE && limits.available() - bytes >= limits.total() / 4;
    }

    private static Storage inPlace(MemorySegment mapped) {
        return new HostStorage(mapped, () -> {});
    }

    /** Reads in panels of rows, on all threads: they share the reading and the making of pages. */
    private Storage place(WeightSource source) {
        long rowBytes = source.rowBytes();
        long rows = source.rows();
        long panel = Math.max(1, PANEL_BYTES / Math.max(1, rowBytes));
        Storage storage = memory.allocate(rows * rowBytes);
        try {
            MemorySegment target = ((HostStorage) storage).segment();
            pool.run(Math.toIntExact((rows + panel - 1) / panel), (index, worker) -> {
                long first = index * panel;
                long count = Math.min(panel, rows - first);
                source.read(first, count, target.asSlice(first * rowBytes, count * rowBytes));
            });
        } catch (RuntimeException failure) {
            storage.close();
            throw failure;
        }
        return storage;
    }
}
