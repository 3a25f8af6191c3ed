package org.tenon.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.conformance.execution.Execution;
import org.tenon.conformance.report.BackendsPage;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.NamedBackend;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Selection;
import org.tenon.models.checkpoint.Json;

/**
 * The conformance suite as a program, for builds without JUnit: {@code --backend NAME [--profile P] [--op O] [--replay TOKEN]
 * [--device ID] [--no-mutants] [--json] [--report DIR]}. The report goes to the standard output, as Markdown or JSON. It ends with 0 when
 * the backend conforms, with 1 when it doesn't or can't be tested, with 2 when the command line can't be understood. With {@code --page
 * FILE REPORT...} it tests nothing, but puts reports in JSON into a page as {@link BackendsPage} makes it.
 */
public final class Main {
    private static final int DOES_NOT_CONFORM = 1;
    private static final int USAGE = 2;

    private Optional<String> backend = Optional.empty();
    private Optional<String> device = Optional.empty();
    private Profile profile = Profile.CORE;
    private Selection selection = Selection.all();
    private boolean mutants = true;
    private boolean json;
    private Optional<Path> folder = Optional.empty();
    private Optional<Path> page = Optional.empty();
    private final List<Path> reports = new ArrayList<>();

    private Main() {}

    /**
     * Runs the suite and ends the process.
     *
     * @param arguments the options
     */
    public static void main(String... arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /**
     * Runs the suite.
     *
     * @param arguments the options
     * @param out where the report goes
     * @param err where errors go
     * @return the exit code
     */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        Main main = new Main();
        try {
            main.read(new ArrayDeque<>(arguments));
            if (main.page.isPresent()) {
                main.renew(main.page.get());
                return 0;
            }
            Report report = main.execute();
            out.println(main.json ? Formats.json(report) : Formats.markdown(report));
            return report.conforms() ? 0 : DOES_NOT_CONFORM;
        } catch (Misunderstood failure) {
            err.println(failure.getMessage());
            return USAGE;
        } catch (TenonException | UncheckedIOException failure) {
            err.println(failure.getMessage());
            return DOES_NOT_CONFORM;
        }
    }

    private Report execute() {
        String name = backend.orElseThrow(() -> new Misunderstood("--backend NAME is missing"));
        Report report = new Execution(
                        new NamedBackend(name, device, profile), selection, mutants, Execution.MOST_PER_RUN)
                .apart((done, total) -> {});
        folder.ifPresent(each -> Formats.write(report, each));
        return report;
    }

    private void renew(Path file) {
        if (reports.isEmpty()) {
            throw new Misunderstood("--page FILE needs reports in JSON after it");
        }
        try {
            String text = Files.readString(file);
            for (Path report : reports) {
                text = BackendsPage.with(text, Json.read(report));
            }
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void read(Deque<String> words) {
        while (!words.isEmpty()) {
            String option = words.remove();
            switch (option) {
                case "--backend" -> backend = Optional.of(value(option, words));
                case "--device" -> device = Optional.of(value(option, words));
                case "--profile" -> profile = Profile.named(value(option, words));
                case "--op" -> selection = new Selection.OfOp(value(option, words));
                case "--replay" -> selection = new Selection.Replay(value(option, words));
                case "--report" -> folder = Optional.of(Path.of(value(option, words)));
                case "--page" -> page = Optional.of(Path.of(value(option, words)));
                case "--json" -> json = true;
                case "--no-mutants" -> mutants = false;
                default -> {
                    if (page.isEmpty() || option.startsWith("-")) {
                        throw new Misunderstood("no option of the conformance suite: " + option);
                    }
                    reports.add(Path.of(option));
                }
            }
        }
    }

    private static String value(String option, Deque<String> words) {
        if (words.isEmpty()) {
            throw new Misunderstood(option + " needs a value");
        }
        return words.remove();
    }

    /** The command line can't be understood. */
    private static final class Misunderstood extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Misunderstood(String message) {
            super(message);
        }
    }
}
