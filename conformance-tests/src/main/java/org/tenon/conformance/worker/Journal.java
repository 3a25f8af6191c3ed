package org.tenon.conformance.worker;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tenon.conformance.trial.Outcome;

/**
 * What a worker writes down before and after each run, so that its death tells which run it was. A line each, parted by tabs:
 * {@code begin INDEX}, {@code end INDEX STATUS WORST NANOS MESSAGE}, {@code done}.
 */
final class Journal implements AutoCloseable {
    /** What a worker has written. */
    sealed interface Entry {
        /** A run has begun. */
        record Begin(int index) implements Entry {}

        /** A run has ended. */
        record End(int index, Outcome outcome, long nanos) implements Entry {}

        /** All runs have ended. */
        record Done() implements Entry {}
    }

    private final BufferedWriter writer;

    Journal(Path file) {
        try {
            writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void begin(int index) {
        write("begin", index);
    }

    void end(int index, Outcome outcome, long nanos) {
        write("end", index, outcome.status(), outcome.worst(), nanos, escaped(outcome.message()));
    }

    void done() {
        write("done");
    }

    private void write(Object... fields) {
        try {
            writer.write(String.join(
                    "\t", Arrays.stream(fields).map(Object::toString).toList()));
            writer.newLine();
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String escaped(String message) {
        return message.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replaceAll("[^\\x20-\\x7e]", "?"); // so that a line can be cut at any byte
    }

    private static String plain(String escaped) {
        return escaped.translateEscapes();
    }

    /** Reads a whole line. */
    static Entry read(String line) {
        List<String> fields = Arrays.asList(line.split("\t", -1));
        return switch (fields.getFirst()) {
            case "begin" -> new Entry.Begin(Integer.parseInt(fields.get(1)));
            case "end" ->
                new Entry.End(
                        Integer.parseInt(fields.get(1)),
                        new Outcome(
                                Outcome.Status.valueOf(fields.get(2)),
                                plain(fields.get(5)),
                                Double.parseDouble(fields.get(3))),
                        Long.parseLong(fields.get(4)));
            case "done" -> new Entry.Done();
            default -> throw new IllegalStateException("no line of a journal: " + line);
        };
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
