package org.tenon.conformance.worker;

import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.List;
import org.tenon.conformance.suite.Run;
import org.tenon.conformance.suite.Session;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.SuiteSource;

/** The process that runs cases, apart from the one that reports: a kernel that kills it ends one case. */
public final class Worker {
    private Worker() {}

    /**
     * Runs a suite from a run on, writing a journal.
     *
     * @param arguments the class of the {@link SuiteSource}, the journal's file, what ids must contain, the index of the first run
     */
    public static void main(String[] arguments) {
        Suite suite = source(arguments[0]).suite();
        List<Run> runs = suite.runs(arguments[2]);
        try (Journal journal = new Journal(Path.of(arguments[1]))) {
            try (Session session = new Session(suite)) {
                for (int i = Integer.parseInt(arguments[3]); i < runs.size(); i++) {
                    journal.begin(i);
                    journal.end(i, session.run(runs.get(i)));
                }
            }
            journal.done();
        }
        System.exit(0); // whatever threads a backend has left
    }

    /** The one place where a class is made by its name: a test's class has no other way into a process of its own. */
    private static SuiteSource source(String name) {
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
