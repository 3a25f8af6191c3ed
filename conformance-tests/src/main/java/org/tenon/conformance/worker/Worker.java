package org.tenon.conformance.worker;

import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tenon.conformance.suite.NamedBackend;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;

/** The process that runs cases, apart from the one that reports: a kernel that kills it ends one case. */
public final class Worker {
    /** What a worker does. */
    enum Job {
        /** The runs of a suite. */
        RUNS,
        /** The mutants of its backend. */
        MUTANTS
    }

    /** What comes before the class of a source on the command line. */
    static final String MADE_BY_CLASS = "class";

    /** What comes before the words of a {@link NamedBackend}. */
    static final String NAMED = "backend";

    private static final int WORDS_BEFORE_SOURCE = 4;

    private Worker() {}

    /**
     * Does a part of a suite, writing a journal.
     *
     * @param arguments the journal's file, the job, a selection, the index of the first run, then what the suite is made from
     */
    public static void main(String[] arguments) {
        Suite suite = source(Arrays.asList(arguments).subList(WORDS_BEFORE_SOURCE, arguments.length))
                .suite();
        Selection selection = Selection.of(arguments[2]);
        try (Journal journal = new Journal(Path.of(arguments[0]))) {
            try (Task task = task(Job.valueOf(arguments[1]), suite, selection)) {
                for (int i = Integer.parseInt(arguments[3]); i < task.size(); i++) {
                    journal.begin(i);
                    long start = System.nanoTime();
                    journal.end(i, task.outcome(i), System.nanoTime() - start);
                }
            }
            journal.done();
        }
        System.exit(0); // whatever threads a backend has left
    }

    private static Task task(Job job, Suite suite, Selection selection) {
        return switch (job) {
            case RUNS -> Task.Runs.of(suite, selection);
            case MUTANTS -> Task.Mutations.of(suite, selection);
        };
    }

    private static SuiteSource source(List<String> words) {
        List<String> rest = words.subList(1, words.size());
        return switch (words.getFirst()) {
            case NAMED -> NamedBackend.of(rest);
            case MADE_BY_CLASS -> made(rest.getFirst());
            default -> throw new IllegalArgumentException("no source of a suite: " + words);
        };
    }

    /** The one place where a class is made by its name: a test's class has no other way into a process of its own. */
    private static SuiteSource made(String name) {
        try {
            Constructor<? extends SuiteSource> constructor =
                    Class.forName(name).asSubclass(SuiteSource.class).getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException failure) {
            throw new IllegalArgumentException(
                    name + " must have a constructor without arguments, and can't be made: " + failure, failure);
        }
    }
}
