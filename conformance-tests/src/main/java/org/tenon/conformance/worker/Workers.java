package org.tenon.conformance.worker;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Run;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.trial.Outcome;

/** Has a suite run in a process of its own, and in another one each time that it dies or hangs, from the next run on. */
public final class Workers {
    private static final long POLL_MILLIS = 20;

    /** Lines of a dead worker's output that a report shows. */
    private static final int TAIL = 12;

    private final Class<? extends SuiteSource> source;
    private final Suite suite;
    private final Duration mostPerRun;

    /**
     * Workers for a suite.
     *
     * @param source the class that the worker makes the suite from
     * @param suite the same suite
     * @param mostPerRun how long one run may take
     */
    public Workers(Class<? extends SuiteSource> source, Suite suite, Duration mostPerRun) {
        this.source = source;
        this.suite = suite;
        this.mostPerRun = mostPerRun;
    }

    /**
     * Runs the suite.
     *
     * @param filter what the ids of runs must contain
     * @return a result for each run, in order
     * @throws IllegalStateException when a worker can't be started
     */
    public List<Result> run(String filter) {
        List<Run> runs = suite.runs(filter);
        List<Result> results = new ArrayList<>();
        while (results.size() < runs.size()) {
            int before = results.size();
            try {
                Path folder = Files.createTempDirectory("tenon-conformance");
                try {
                    run(runs, filter, folder, results);
                } finally {
                    delete(folder);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            if (results.size() == before) {
                throw new IllegalStateException("a worker ended before its first run");
            }
        }
        return results;
    }

    private void run(List<Run> runs, String filter, Path folder, List<Result> results) throws IOException {
        Path journal = folder.resolve("journal");
        Path output = folder.resolve("output");
        int first = results.size();
        Process process = new ProcessBuilder(command(journal, filter, first))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (Follower follower = new Follower(journal)) {
            long since = System.nanoTime();
            boolean begun = false;
            boolean done = false;
            while (!done) {
                boolean alive = process.isAlive(); // asked first: what it has written by then is read below
                Optional<Journal.Entry> entry = follower.next();
                if (entry.isPresent()) {
                    since = System.nanoTime();
                    switch (entry.get()) {
                        case Journal.Entry.Begin _ -> begun = true;
                        case Journal.Entry.End end -> {
                            begun = false;
                            results.add(Result.of(runs.get(end.index()), end.outcome(), end.nanos()));
                        }
                        case Journal.Entry.Done _ -> done = true;
                    }
                } else if (!alive) {
                    lost(runs, results, begun, Outcome.Status.CRASHED, died(process, output), since);
                    done = true;
                } else if (begun && System.nanoTime() - since > mostPerRun.toNanos()) {
                    lost(runs, results, true, Outcome.Status.TIMED_OUT, "no end after " + mostPerRun, since);
                    done = true;
                } else {
                    pause(process);
                }
            }
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private static void lost(
            List<Run> runs, List<Result> results, boolean begun, Outcome.Status status, String message, long since) {
        if (!begun) {
            throw new IllegalStateException("the worker has ended between two runs. " + message);
        }
        results.add(Journal.lost(runs.get(results.size()), status, message, System.nanoTime() - since));
    }

    private static void pause(Process process) {
        try {
            process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interruption) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a worker was running", interruption);
        }
    }

    private static String died(Process process, Path output) throws IOException {
        String[] lines = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).split("\n");
        List<String> tail = List.of(lines).subList(Math.max(0, lines.length - TAIL), lines.length);
        return "the process died with exit code " + process.exitValue() + ". Its last words:\n"
                + String.join("\n", tail);
    }

    /** The parent's Java, paths, patches and native flags, but not its debugger nor its agents. */
    private List<String> command(Path journal, String filter, int first) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!argument.startsWith("-agentlib")
                    && !argument.startsWith("-agentpath")
                    && !argument.startsWith("-javaagent")
                    && !argument.startsWith("-Xrunjdwp")
                    && !argument.startsWith("-Xdebug")
                    && !argument.startsWith("-Djdk.module.main")) {
                command.add(argument);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        Module module = Worker.class.getModule();
        if (module.isNamed()) {
            command.add("-m");
            command.add(module.getName() + "/" + Worker.class.getName());
        } else {
            command.add(Worker.class.getName());
        }
        command.addAll(List.of(source.getName(), journal.toString(), filter, Integer.toString(first)));
        return command;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** Reads a journal while it is being written. */
    private static final class Follower implements AutoCloseable {
        private final Path file;
        private Optional<RandomAccessFile> open = Optional.empty();
        private final StringBuilder text = new StringBuilder();

        Follower(Path file) {
            this.file = file;
        }

        Optional<Journal.Entry> next() throws IOException {
            int end = text.indexOf("\n");
            if (end < 0) {
                read();
                end = text.indexOf("\n");
            }
            if (end < 0) {
                return Optional.empty();
            }
            String line = text.substring(0, end);
            text.delete(0, end + 1);
            return Optional.of(Journal.read(line));
        }

        private void read() throws IOException {
            if (open.isEmpty() && Files.exists(file)) {
                open = Optional.of(new RandomAccessFile(file.toFile(), "r"));
            }
            if (open.isPresent()) {
                byte[] bytes = new byte
                        [Math.toIntExact(open.get().length() - open.get().getFilePointer())];
                open.get().readFully(bytes);
                text.append(new String(bytes, StandardCharsets.ISO_8859_1));
            }
        }

        @Override
        public void close() throws IOException {
            if (open.isPresent()) {
                open.get().close();
            }
        }
    }
}
