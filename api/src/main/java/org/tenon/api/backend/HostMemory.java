package org.tenon.api.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Storage;

/**
 * Memory of the host, and a queue that computes before it returns: all that a backend needs that runs on the processor. Thread-safe.
 */
public final class HostMemory implements DeviceMemory {
    /** What is cleared is copied from here, since a part of a segment would be an object for each time. */
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[1 << 16]).asReadOnly();

    private final String device;
    private final long total;
    private final Allocator allocator;
    private final AtomicLong used = new AtomicLong();

    /**
     * Memory with a limit.
     *
     * @param device what messages call it
     * @param total the most bytes that may be in use at once
     */
    public HostMemory(String device, long total) {
        this(device, total, (arena, bytes) -> arena.allocate(bytes, 64));
    }

    /**
     * Memory with a limit, of a backend's own making.
     *
     * @param device what messages call it
     * @param total the most bytes that may be in use at once
     * @param allocator where it comes from
     */
    public HostMemory(String device, long total, Allocator allocator) {
        this.device = device;
        this.total = total;
        this.allocator = allocator;
    }

    /** Where host memory comes from. Thread-safe. */
    @FunctionalInterface
    public interface Allocator {
        /**
         * Takes memory.
         *
         * @param arena gives it back when it is closed
         * @param bytes how many, zero or more
         * @return the memory, set to zero, aligned to 64 bytes or better
         * @throws OutOfMemoryError when there is none
         */
        MemorySegment allocate(Arena arena, long bytes);
    }

    /** Bytes of the host. */
    public static final class HostStorage implements Storage {
        private final MemorySegment segment;
        private final Runnable release;

        /**
         * Wraps host memory.
         *
         * @param segment the bytes
         * @param release gives them back; runs at every {@link #close}, and must bear being run again
         */
        public HostStorage(MemorySegment segment, Runnable release) {
            this.segment = segment;
            this.release = release;
        }

        /** {@return the bytes} */
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public long bytes() {
            return segment.byteSize();
        }

        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * The bytes of a buffer in host memory, from its first element on.
     *
     * @param buffer a buffer whose storage is a {@link HostStorage}
     * @return the bytes
     */
    public static MemorySegment segment(Buffer buffer) {
        if (buffer.storage() instanceof HostStorage host) {
            return host.segment().asSlice(buffer.offset());
        }
        throw new IllegalArgumentException(buffer.name() + " doesn't lie in host memory, but in " + buffer.storage());
    }

    /**
     * Sets bytes to zero. Allocates nothing.
     *
     * @param segment host memory
     * @param offset where to begin, in bytes
     * @param bytes how many
     */
    public static void clear(MemorySegment segment, long offset, long bytes) {
        for (long done = 0; done < bytes; done += ZEROS.byteSize()) {
            MemorySegment.copy(ZEROS, 0, segment, offset + done, Math.min(ZEROS.byteSize(), bytes - done));
        }
    }

    @Override
    public Storage allocate(long bytes) {
        if (used.addAndGet(bytes) > total) {
            used.addAndGet(-bytes);
            throw new OutOfDeviceMemory(device, bytes, limits());
        }
        Arena arena = Arena.ofShared();
        MemorySegment segment;
        try {
            segment = allocator.allocate(arena, bytes);
        } catch (OutOfMemoryError failure) {
            arena.close();
            used.addAndGet(-bytes);
            throw new OutOfDeviceMemory(device, bytes, limits());
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return new HostStorage(segment, () -> {
            if (open.getAndSet(false)) {
                arena.close();
                used.addAndGet(-bytes);
            }
        });
    }

    @Override
    public MemoryLimits limits() {
        return new MemoryLimits(total, total - used.get());
    }

    /** {@return a queue on which everything happens at once} */
    public static Queue queue() {
        return new Queue() {
            @Override
            public void upload(MemorySegment source, Storage target, long offset, long bytes) {
                MemorySegment.copy(source, 0, bytes(target), offset, bytes);
            }

            @Override
            public void download(Storage source, long offset, MemorySegment target, long bytes) {
                MemorySegment.copy(bytes(source), offset, target, 0, bytes);
            }

            @Override
            public void clear(Storage target, long offset, long bytes) {
                HostMemory.clear(bytes(target), offset, bytes);
            }

            @Override
            public void finish() {
                // each call has done its work before it returned
            }

            private MemorySegment bytes(Storage storage) {
                return ((HostStorage) storage).segment();
            }
        };
    }
}
