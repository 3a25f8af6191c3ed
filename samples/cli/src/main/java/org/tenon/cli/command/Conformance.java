package org.tenon.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import org.tenon.conformance.execution.Execution;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.NamedBackend;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon conformance}: a backend against the conformance suite. */
@Command(
        name = "conformance",
        sortOptions = false,
        description = {
            "Holds a backend against the conformance suite.",
            "Fails unless every case is right, or is unsupported and may be, and every mutant is found."
        },
        footer = {
            "",
            "Each op is run on the backend's own kernel and opened up into simpler ops, in a process of its own: a kernel that crashes or"
                    + " hangs is a result. Mutants are backends that are made wrong on purpose, which the suite must find."
        })
public final class Conformance implements Callable<Integer> {
    private static final int DOES_NOT_CONFORM = 1;

    private final Console console;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            required = true,
            description = "The backend; 'tenon backends' lists them.")
    private String backend = "";

    @Option(names = "--device", paramLabel = "ID", description = "The device (default: the backend's first).")
    private Optional<String> device = Optional.empty();

    @Option(names = "--profile", paramLabel = "P", description = "What the backend must be able to do (default: CORE).")
    private Optional<String> profile = Optional.empty();

    @ArgGroup
    private Part part = new Part();

    @Option(
            names = "--mutants",
            negatable = true,
            description = "Look for mutants, or don't (default: look, unless one run is replayed).")
    private Optional<Boolean> mutants = Optional.empty();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Write conformance-report.json, .md and .html into a folder.")
    private Optional<Path> folder = Optional.empty();

    /** A part of the suite. */
    private static final class Part {
        @Option(names = "--op", paramLabel = "O", description = "Only the cases of one op, such as Attention.")
        private Optional<String> op = Optional.empty();

        @Option(
                names = "--replay",
                paramLabel = "TOKEN",
                description = "Only one run, by the token that its failure names; tells what was compared.")
        private Optional<String> token = Optional.empty();
    }

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Conformance(Console console) {
        this.console = console;
    }

    /**
     * Runs the suite.
     *
     * @return 0 when the backend conforms, 1 when it doesn't
     */
    @Override
    public Integer call() {
        Report report = report();
        folder.ifPresent(each -> Formats.write(report, each));
        if (json.given()) {
            console.println(Formats.json(report));
        } else {
            print(report);
        }
        console.flush();
        return report.conforms() ? 0 : DOES_NOT_CONFORM;
    }

    private Report report() {
        Selection selection = part.op
                .<Selection>map(Selection.OfOp::new)
                .or(() -> part.token.map(Selection.Replay::new))
                .orElse(Selection.all());
        NamedBackend named =
                new NamedBackend(backend, device, profile.map(Profile::named).orElse(Profile.CORE));
        try (ProgressBar bar = console.progress("testing " + backend, Unit.COUNT)) {
            return new Execution(named, selection, mutants.orElse(part.token.isEmpty()), Execution.MOST_PER_RUN)
                    .apart(bar::at);
        }
    }

    private void print(Report report) {
        console.println(report.backend() + " on " + report.device());
        console.println("");
        if (part.token.isPresent()) {
            report.verdict().replayed().forEach(this::print);
        } else {
            List<String> columns = Formats.columns();
            Table table = Table.of("ll" + "r".repeat(columns.size() - 2)).row(columns.toArray(String[]::new));
            report.cells().forEach(cell -> table.row(Formats.row(cell).toArray(String[]::new)));
            table.print(console);
        }
        console.println("");
        for (Report.Fault fault : report.faults()) {
            console.println(console.style().bad(fault.reason()));
            console.println("  replay: tenon conformance --backend " + report.backend() + " --replay '"
                    + fault.token().replace("'", "'\\''") + "'");
        }
        report.verdict()
                .missing()
                .forEach(op -> console.println(console.style().bad("no case shows that " + op + " is right")));
        report.survivors()
                .forEach(name -> console.println(console.style().bad("no run found the mutant '" + name + "'")));
        Formats.profiles(report).forEach(console::println);
        console.println(Formats.sentence(report));
    }

    private void print(Result result) {
        console.println(result.id());
        console.println("  " + result.op() + " of " + result.types() + ", " + result.way() + ": "
                + result.outcome().status());
        result.outcome().message().lines().forEach(line -> console.println("  " + line));
    }
}
