package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.Storage;

/**
 * Weights row after row, as every kernel of this backend takes them. One that lies in mapped memory is used where it lies: nothing is copied, and the
 * checkpoint must stay open as long as the weight is used.
 */
final class DenseWeights {
    private final DeviceMemory memory;

    DenseWeights(DeviceMemory memory) {
        this.memory = memory;
    }

    /** Arranges a weight. */
    Storage arrange(WeightSource source) {
        return source.mapped()
                .<Storage>map(mapped -> new HostStorage(mapped, () -> {}))
                .orElseGet(() -> copy(source));
    }

    private Storage copy(WeightSource source) {
        long rowBytes = source.rowBytes();
        Storage storage = memory.allocate(source.rows() * rowBytes);
        try {
            MemorySegment target = ((HostStorage) storage).segment();
            source.read(0, source.rows(), target);
        } catch (RuntimeException failure) {
            storage.close();
            throw failure;
        }
        return storage;
    }
}
