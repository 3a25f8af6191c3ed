package org.tenon.cli.command;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.model.ModelListener;
import org.tenon.api.tensor.DType;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.ProgressBar;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.golden.Verification;
import org.tenon.models.golden.Verification.Continuation;
import org.tenon.models.golden.Verification.Difference;
import org.tenon.models.golden.Verification.Way;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tenon verify}: a model against what its reference implementation computed from the same files. */
@Command(
        name = "verify",
        sortOptions = false,
        description = {
            "Holds a model against its reference.",
            "Fails unless it agrees with the reference.safetensors in its folder."
        },
        footer = {
            "",
            "A causal model's logits are computed by whole prefill, in chunks, token by token, and as one ragged batch of all cases, and the greedy"
                    + " continuations must be the same tokens; what an encoder gives, of each case alone and of all as one ragged batch. Deviations are"
                    + " parts of the range of the reference's numbers. Activations are F32 unless --activations says otherwise."
        })
public final class Verify implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Verify(Console console) {
        this.console = console;
    }

    /**
     * Loads model and reference and compares.
     *
     * @return 0 when they agree, 1 when they don't
     */
    @Override
    public Integer call() {
        try (ReferenceFile reference = ReferenceFile.in(folder.path())) {
            int rows = Verification.rows(reference);
            Limits limits = Limits.defaults()
                    .rows(rows)
                    .outputs(rows)
                    .sequences(reference.cases().size())
                    .context(Math.max(2, Verification.context(reference)));
            try (OpenModel<Model> open = runtime.openAny(folder.path(), limits, DType.F32, console)) {
                Verification verification = verify(open, reference);
                if (json.given()) {
                    console.println(
                            report(open.model(), reference, verification).document());
                } else {
                    print(open.model(), reference, verification);
                }
                console.flush();
                return verification.passed() ? 0 : DIFFERENT;
            }
        }
    }

    private Verification verify(OpenModel<Model> open, ReferenceFile reference) {
        // Of a causal model four ways to compute all rows, then the prompts again and the tokens that follow; of an
        // encoder two ways.
        long passes = open.model() instanceof EncoderModel ? 2 : 5;
        long total = passes * Verification.rows(reference)
                + reference.cases().stream()
                        .mapToLong(one -> one.generatedIds().length)
                        .sum();
        try (ProgressBar bar = console.progress("verifying", Unit.COUNT);
                ModelListener.Registration _ = open.model().listen(new Rows(bar, total))) {
            return Verification.of(open.model(), reference, open.lengthDependences());
        }
    }

    /** Counts the rows that were computed. */
    private static final class Rows implements ModelListener {
        private final ProgressBar bar;
        private final long total;
        private long done;

        Rows(ProgressBar bar, long total) {
            this.bar = bar;
            this.total = total;
        }

        @Override
        public void stepped(StepReport step) {
            done += step.rows();
            bar.at(done, total);
        }
    }

    private void print(Model model, ReferenceFile reference, Verification verification) {
        int cases = reference.cases().size();
        console.println(folder.path() + ": " + cases + (cases == 1 ? " case" : " cases") + " by Transformers "
                + reference.transformersVersion() + ", " + reference.architecture());
        console.println(model.device() + ", " + model.numerics());
        console.println("");
        Table table = Table.of("lrrrl").row("", "cases", "deviation", "bound", "");
        for (Way way : verification.ways()) {
            boolean compared = way.compared() > 0;
            table.row(
                    way.name(),
                    Integer.toString(way.compared()),
                    compared ? scientific(way.deviation()) : "",
                    compared ? scientific(verification.bound()) : "",
                    compared
                            ? verdict(way.deviation() <= verification.bound(), "in case " + way.worst())
                            : "not comparable");
        }
        if (model instanceof GenerativeModel) {
            continuations(verification, table);
        }
        table.print(console);
        for (Way way : verification.ways()) {
            way.left()
                    .ifPresent(reason -> console.println(way.name() + ": " + (cases - way.compared()) + " of " + cases
                            + " cases are not comparable: " + reason));
        }
        for (Continuation one : verification.continuations()) {
            one.difference()
                    .ifPresent(difference -> console.println("case " + one.number() + ": token " + difference.position()
                            + " is " + difference.found() + ", the reference's is " + difference.expected()));
            one.ended().ifPresent(reason -> console.println("case " + one.number() + ": " + reason));
        }
        console.println("");
        console.println(verdict(verification.passed(), ""));
    }

    private void continuations(Verification verification, Table table) {
        int tokens = verification.continuations().stream()
                .mapToInt(Continuation::compared)
                .sum();
        boolean same = verification.continuations().stream()
                .allMatch(one -> one.difference().isEmpty());
        table.row(
                "greedy tokens",
                Integer.toString(verification.continuations().size()),
                tokens + " equal",
                "",
                verification.continuations().isEmpty() ? "none in the reference" : verdict(same, "see below"));
    }

    private String verdict(boolean good, String where) {
        return good ? console.style().good("ok") : console.style().bad(("FAILED " + where).strip());
    }

    private static String scientific(double value) {
        return String.format(Locale.ROOT, "%.1e", value);
    }

    private JsonObject report(Model model, ReferenceFile reference, Verification verification) {
        return new JsonObject()
                .with("model", folder.path().toString())
                .with("passed", verification.passed())
                .with("bound", verification.bound())
                .with("device", model.device())
                .with("numerics", model.numerics().toString())
                .with("transformers", reference.transformersVersion())
                .with("architecture", reference.architecture())
                .with("cases", reference.cases().size())
                .with("ways", verification.ways().stream().map(Verify::report).toList())
                .with(
                        "continuations",
                        verification.continuations().stream()
                                .map(Verify::report)
                                .toList());
    }

    private static JsonObject report(Way way) {
        return new JsonObject()
                .with("name", way.name())
                .with("cases", way.compared())
                .with("deviation", way.compared() == 0 ? Optional.empty() : Optional.of(way.deviation()))
                .with("worst_case", way.compared() == 0 ? Optional.empty() : Optional.of(way.worst()))
                .with("not_comparable", way.left());
    }

    private static JsonObject report(Continuation one) {
        Optional<Difference> difference = one.difference();
        return new JsonObject()
                .with("case", one.number())
                .with("equal_tokens", one.compared())
                .with("first_difference", difference.map(Difference::position))
                .with("expected", difference.map(Difference::expected))
                .with("found", difference.map(Difference::found))
                .with("ended", one.ended());
    }
}
