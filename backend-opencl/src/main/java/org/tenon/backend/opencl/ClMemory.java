package org.tenon.backend.opencl;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.tensor.Storage;
import org.tenon.backend.opencl.ffi.ClContext;
import org.tenon.backend.opencl.ffi.ClContext.ClBuffer;
import org.tenon.backend.opencl.ffi.ClFailure;

/** Memory of an OpenCL device, counted against a limit. Thread-safe. */
final class ClMemory implements DeviceMemory {
    private final ClContext context;
    private final long total;
    private final long largest;
    private final AtomicLong used = new AtomicLong();

    /**
     * Memory with a limit.
     *
     * @param context the device
     * @param total the most bytes that may be in use at once
     * @param largest the most bytes of one buffer
     */
    ClMemory(ClContext context, long total, long largest) {
        this.context = context;
        this.total = total;
        this.largest = largest;
    }

    /** A buffer of the device's. */
    static final class ClStorage implements Storage {
        private final ClBuffer buffer;
        private final long bytes;
        private final AtomicLong used;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private ClStorage(ClBuffer buffer, long bytes, AtomicLong used) {
            this.buffer = buffer;
            this.bytes = bytes;
            this.used = used;
        }

        ClBuffer buffer() {
            return buffer;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                buffer.close();
                used.addAndGet(-bytes);
            }
        }
    }

    /** {@return the buffer behind a storage of this backend} */
    static ClBuffer buffer(Storage storage) {
        if (storage instanceof ClStorage cl) {
            return cl.buffer();
        }
        throw new IllegalArgumentException("memory of another backend: " + storage);
    }

    /** The zeros are written at once, for drivers take memory only when it is written to. */
    @Override
    public Storage allocate(long bytes) {
        return allocate(bytes, true);
    }

    /** Takes memory that the caller writes all of, so that it need not be zero. */
    Storage unwritten(long bytes) {
        return allocate(bytes, false);
    }

    private Storage allocate(long bytes, boolean zeroed) {
        if (bytes > total || used.addAndGet(bytes) > total) {
            if (bytes <= total) {
                used.addAndGet(-bytes);
            }
            throw new OutOfDeviceMemory(context.name(), bytes, limits());
        }
        try {
            if (bytes > largest) {
                throw new OutOfDeviceMemory(
                        context.name() + ", where a buffer has at most " + largest + " bytes,", bytes, limits());
            }
            return buffer(bytes, zeroed);
        } catch (RuntimeException failure) {
            used.addAndGet(-bytes);
            throw failure instanceof ClFailure cl && cl.outOfMemory()
                    ? new OutOfDeviceMemory(context.name(), bytes, limits())
                    : failure;
        }
    }

    private Storage buffer(long bytes, boolean zeroed) {
        ClBuffer buffer = context.buffer(Math.max(1, bytes)); // OpenCL has no empty buffers
        try {
            if (zeroed) {
                context.clear(buffer, 0, Math.max(1, bytes));
                context.finish();
            }
        } catch (RuntimeException failure) {
            buffer.close();
            throw failure;
        }
        return new ClStorage(buffer, bytes, used);
    }

    @Override
    public MemoryLimits limits() {
        return new MemoryLimits(total, total - used.get());
    }
}
