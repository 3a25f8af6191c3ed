package org.tenon.models.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writing a file so that nobody ever sees half of it: beside its place first, then moved there at once. */
final class Replacement {
    /** Writes the content of a file. */
    interface Content {
        /**
         * Writes all of it.
         *
         * @param channel the file, empty
         * @throws IOException when writing fails
         */
        void write(FileChannel channel) throws IOException;
    }

    private Replacement() {}

    /** Writes a file; when that fails, what was there before is untouched. */
    static void write(Path file, Content content) {
        Path staged = stage(file, content);
        try {
            move(staged, file);
        } finally {
            discard(staged);
        }
    }

    /** Writes the content into a new file beside its place, and waits until it is on the disk. */
    static Path stage(Path file, Content content) {
        Path staged = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        boolean done = false;
        try (FileChannel channel = FileChannel.open(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.write(channel);
            channel.force(true);
            done = true;
            return staged;
        } catch (IOException failure) {
            throw new InvalidCheckpoint(file, "can't be written: " + failure, failure);
        } finally {
            if (!done) {
                discard(staged);
            }
        }
    }

    /** Puts a staged file in its place. */
    static void move(Path staged, Path file) {
        try {
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new InvalidCheckpoint(file, "can't be replaced: " + failure, failure);
        }
    }

    /** Removes a staged file that was not moved. */
    static void discard(Path staged) {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException failure) {
            System.getLogger(Replacement.class.getName())
                    .log(System.Logger.Level.WARNING, "can't remove the temporary file " + staged, failure);
        }
    }
}
