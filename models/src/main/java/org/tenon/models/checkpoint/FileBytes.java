package org.tenon.models.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The bytes of an open file. Thread-safe. */
interface FileBytes extends AutoCloseable {
    /**
     * Copies bytes.
     *
     * @param offset where they begin in the file
     * @param target takes as many as it has room for
     */
    void read(long offset, MemorySegment target);

    /**
     * Bytes in place.
     *
     * @param offset where they begin in the file
     * @param bytes how many
     * @return the bytes, valid until this is closed; nothing when the file isn't mapped
     */
    Optional<MemorySegment> mapped(long offset, long bytes);

    /** Closes the file. Idempotent. */
    @Override
    void close();

    /** The bytes of an open file, which this closes. */
    static FileBytes of(Path file, FileChannel channel, Access access) throws IOException {
        Copied copied = new Copied(file, channel);
        return switch (access) {
            case MAPPED -> Mapped.of(copied);
            case COPIED -> copied;
        };
    }

    /** A file in memory. What is to be copied is read all the same: that takes a third of the time that faulting pages in takes. */
    record Mapped(Copied copied, MemorySegment segment, Arena arena, AtomicBoolean open) implements FileBytes {
        static Mapped of(Copied copied) throws IOException {
            Arena arena = Arena.ofShared();
            boolean done = false;
            try {
                FileChannel channel = copied.channel();
                MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)
                        .asReadOnly();
                done = true;
                return new Mapped(copied, segment, arena, new AtomicBoolean(true));
            } finally {
                if (!done) {
                    arena.close();
                }
            }
        }

        @Override
        public void read(long offset, MemorySegment target) {
            copied.read(offset, target);
        }

        @Override
        public Optional<MemorySegment> mapped(long offset, long bytes) {
            return Optional.of(segment.asSlice(offset, bytes));
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                arena.close();
                copied.close();
            }
        }
    }

    /** A file that is read from. */
    record Copied(Path file, FileChannel channel) implements FileBytes {
        /** The most bytes of one call: a ByteBuffer can't hold more than 2 GB. */
        private static final long PIECE = 1L << 30;

        @Override
        public void read(long offset, MemorySegment target) {
            try {
                for (long at = 0; at < target.byteSize(); at += PIECE) {
                    ByteBuffer piece = target.asSlice(at, Math.min(PIECE, target.byteSize() - at))
                            .asByteBuffer();
                    while (piece.hasRemaining()) {
                        if (channel.read(piece, offset + at + piece.position()) < 0) {
                            throw new InvalidCheckpoint(file, "has become shorter since it was opened");
                        }
                    }
                }
            } catch (IOException failure) {
                throw new InvalidCheckpoint(
                        file,
                        channel.isOpen() ? "can't be read: " + failure : "is closed, or reading was interrupted",
                        failure);
            }
        }

        @Override
        public Optional<MemorySegment> mapped(long offset, long bytes) {
            return Optional.empty();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException failure) {
                throw new InvalidCheckpoint(file, "can't be closed: " + failure, failure);
            }
        }
    }
}
