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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tenon.conformance.mutant.Mutant;
import org.tenon.conformance.mutant.Mutants;
import org.tenon.conformance.mutant.Mutation;
import org.tenon.conformance.suite.NamedBackend;
import org.tenon.conformance.suite.Progress;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Run;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;
import org.tenon.conformance.trial.Outcome;

/** Has a suite run in a process of its own, and in another one each time that it dies or hangs, from the next run on. */
public final class Workers {
    private static final long POLL_MILLIS = 20;

    /** Lines of a dead worker's output that a report shows. */
    private static final int TAIL = 24;

    /** The parent's arguments that are its own: those of debuggers and agents, and its main module. */
    private static final List<String> NOT_PASSED_ON =
            List.of("-agentlib", "-agentpath", "-javaagent", "-Xrunjdwp", "-Xdebug", "-Djdk.module.main");

    private final SuiteSource source;
    private final Suite suite;
    private final Duration mostPerRun;

    /**
     * Workers for a suite.
     *
     * @param source what the worker makes the suite from: by its class, unless it is a {@link NamedBackend}
     * @param suite the same suite
     * @param mostPerRun how long one run may take
     */
    public Workers(SuiteSource source, Suite suite, Duration mostPerRun) {
        this.source = source;
        this.suite = suite;
        this.mostPerRun = mostPerRun;
    }

    /**
     * Runs the suite.
     *
     * @param selection which runs
     * @param progress is told how many are done
     * @return a result for each run, in order
     * @throws IllegalStateException when a worker can't be started
     */
    public List<Result> run(Selection selection, Progress progress) {
        List<Run> runs = suite.runs(selection);
        List<Journal.Entry.End> ends = all(Worker.Job.RUNS, selection, runs.size(), progress);
        return IntStream.range(0, runs.size())
                .mapToObj(i -> Result.of(
                        runs.get(i), ends.get(i).outcome(), ends.get(i).nanos()))
                .toList();
    }

    /**
     * Lets the suite look for mutants of its backend.
     *
     * @param selection which runs, and so which mutants
     * @param progress is told how many are done
     * @return what became of each; one that kills its process, or hangs, is found
     * @throws IllegalStateException when a worker can't be started
     */
    public List<Mutation> hunt(Selection selection, Progress progress) {
        List<Mutant> mutants = Mutants.among(selection);
        List<Journal.Entry.End> ends = all(Worker.Job.MUTANTS, selection, mutants.size(), progress);
        return IntStream.range(0, mutants.size())
                .mapToObj(i -> mutation(mutants.get(i), ends.get(i).outcome()))
                .toList();
    }

    private static Mutation mutation(Mutant mutant, Outcome outcome) {
        Mutation.Fate fate = switch (outcome.status()) {
            case PASSED, CRASHED, TIMED_OUT -> Mutation.Fate.KILLED;
            case FAILED, MISSING -> Mutation.Fate.SURVIVED;
            case UNSUPPORTED -> Mutation.Fate.NOT_APPLICABLE;
        };
        return new Mutation(mutant, fate, outcome.message());
    }

    private List<Journal.Entry.End> all(Worker.Job job, Selection selection, int size, Progress progress) {
        List<Journal.Entry.End> ends = new ArrayList<>();
        while (ends.size() < size) {
            int before = ends.size();
            try {
                Path folder = Files.createTempDirectory("tenon-conformance");
                try {
                    List<String> command = command(folder.resolve("journal"), job, selection, before);
                    follow(command, folder, ends, () -> progress.at(ends.size(), size));
                } finally {
                    delete(folder);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            if (ends.size() == before) {
                throw new IllegalStateException("a worker ended before its first run");
            }
        }
        return ends;
    }

    private void follow(List<String> command, Path folder, List<Journal.Entry.End> ends, Runnable ended)
            throws IOException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (Follower follower = new Follower(folder.resolve("journal"))) {
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
                            ends.add(end);
                            ended.run();
                        }
                        case Journal.Entry.Done _ -> done = true;
                    }
                } else if (!alive) {
                    ends.add(lost(ends.size(), begun, Outcome.Status.CRASHED, died(process, output), since));
                    done = true;
                } else if (begun && System.nanoTime() - since > mostPerRun.toNanos()) {
                    ends.add(lost(ends.size(), true, Outcome.Status.TIMED_OUT, "no end after " + mostPerRun, since));
                    done = true;
                } else {
                    pause(process);
                }
            }
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private static Journal.Entry.End lost(int index, boolean begun, Outcome.Status status, String message, long since) {
        if (!begun) {
            throw new IllegalStateException("the worker has ended between two runs. " + message);
        }
        return new Journal.Entry.End(index, new Outcome(status, message, 0), System.nanoTime() - since);
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
    private List<String> command(Path journal, Worker.Job job, Selection selection, int first) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // what a process that dies leaves behind is deleted with the journal
        command.add("-XX:ErrorFile=" + journal.resolveSibling("error"));
        command.add("-XX:-CreateCoredumpOnCrash");
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (NOT_PASSED_ON.stream().noneMatch(argument::startsWith)) {
                command.add(argument);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        Module own = Worker.class.getModule();
        Module tested = source.getClass().getModule();
        if (own.isNamed() && tested.isNamed() && !tested.equals(own)) {
            // a test's class needs no word in its module for the worker to make it
            command.add("--add-modules");
            command.add(tested.getName());
            command.add("--add-opens");
            command.add(tested.getName() + "/" + source.getClass().getPackageName() + "=" + own.getName());
        }
        if (own.isNamed()) {
            command.add("-m");
            command.add(own.getName() + "/" + Worker.class.getName());
        } else {
            command.add(Worker.class.getName());
        }
        command.addAll(List.of(journal.toString(), job.name(), selection.word(), Integer.toString(first)));
        if (source instanceof NamedBackend named) {
            command.add(Worker.NAMED);
            command.addAll(named.words());
        } else {
            command.addAll(List.of(Worker.MADE_BY_CLASS, source.getClass().getName()));
        }
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
