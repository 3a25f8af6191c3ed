package org.tenon.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.ModelListener;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.Unary;
import org.tenon.api.program.Kernel;
import org.tenon.api.program.KernelListener;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.StepShape;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import org.tenon.cli.console.Unit;
import org.tenon.models.observe.KernelProfile;

/**
 * Where the time of steps goes, in a round of its own.
 *
 * @param prefill the steps with rows of prompts
 * @param decode the steps of all sequences
 */
public record Profile(Part prefill, Part decode) {
    private static final int SHOWN = 12;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e6;

    /**
     * Steps of one kind.
     *
     * @param name the kind
     * @param steps how many
     * @param nanos what they took together, in nanoseconds, the profile's own time left out
     * @param kernels their kernels, those that took the most time first
     */
    public record Part(String name, int steps, long nanos, List<KernelProfile.Entry> kernels) {}

    /**
     * Does the workload once more, with a look at the clock around each kernel.
     *
     * @param model the model
     * @param work the workload
     * @param round its number, for prompts that no cache holds
     * @return where the time went
     */
    public static Profile of(CausalModel model, Workload work, int round) {
        int decoding = Integer.highestOneBit(work.concurrency() * 2 - 1); // shapes are rounded up to powers of two
        Watch prefill = new Watch();
        Watch decode = new Watch();
        StepLog log = new StepLog();
        KernelListener listener = (kernel, step, nanos) ->
                (step.size(Axis.TOKENS.rows()) > decoding ? prefill : decode).ran(kernel, step, nanos);
        try (ModelListener.Registration _ = model.listen(log);
                ModelListener.Registration _ = model.profile(listener)) {
            Round.of(model, work, round);
        }
        Map<Boolean, List<StepLog.Step>> steps =
                log.take().stream().collect(Collectors.partitioningBy(step -> step.rows() > decoding));
        return new Profile(
                prefill.part("prefill", steps.getOrDefault(true, List.of())),
                decode.part("decode", steps.getOrDefault(false, List.of())));
    }

    /** A profile that knows how much time it takes itself. */
    private static final class Watch implements KernelListener {
        private final KernelProfile profile = new KernelProfile();
        private long own;

        @Override
        public synchronized void ran(Kernel kernel, StepShape step, long nanos) {
            long start = System.nanoTime();
            profile.ran(kernel, step, nanos);
            own += System.nanoTime() - start;
        }

        synchronized Part part(String name, List<StepLog.Step> steps) {
            long nanos = steps.stream()
                    .mapToLong(step -> step.ended() - step.began())
                    .sum();
            return new Part(name, steps.size(), Math.max(0, nanos - own), profile.entries());
        }
    }

    /** {@return the profile for scripts} */
    public JsonObject report() {
        return new JsonObject().with("prefill", report(prefill)).with("decode", report(decode));
    }

    private static JsonObject report(Part part) {
        return new JsonObject()
                .with("steps", part.steps())
                .with("seconds", part.nanos() / NANOS)
                .with(
                        "kernels",
                        part.kernels().stream()
                                .map(entry -> new JsonObject()
                                        .with("kernel", entry.kernel().toString())
                                        .with("count", entry.count())
                                        .with("seconds", entry.nanos() / NANOS)
                                        .with("share", share(entry, part))
                                        .with("bytes_per_second", entry.bytesPerSecond())
                                        .with("flops_per_second", entry.flopsPerSecond()))
                                .toList());
    }

    private static double share(KernelProfile.Entry entry, Part part) {
        return part.nanos() == 0 ? 0 : (double) entry.nanos() / part.nanos();
    }

    /**
     * Prints the kernels that took the most time.
     *
     * @param console where
     */
    public void print(Console console) {
        print(console, prefill);
        print(console, decode);
    }

    private static void print(Console console, Part part) {
        console.println("");
        console.println(String.format(
                Locale.ROOT,
                "%s: %d steps of %.2f ms, walked, each kernel waited for",
                part.name(),
                part.steps(),
                part.nanos() / MILLIS / Math.max(1, part.steps())));
        Table table = Table.of("lrrrrrl").row("kernel", "count", "ms", "share", "B/s", "FLOP/s", "operands");
        long shown = 0;
        for (KernelProfile.Entry entry :
                part.kernels().subList(0, Math.min(SHOWN, part.kernels().size()))) {
            shown += entry.nanos();
            table.row(
                    name(entry.kernel()),
                    Long.toString(entry.count()),
                    millis(entry.nanos()),
                    percent(share(entry, part)),
                    rate(entry.bytesPerSecond()),
                    rate(entry.flopsPerSecond()),
                    operands(entry.kernel()));
        }
        long all = part.kernels().stream().mapToLong(KernelProfile.Entry::nanos).sum();
        if (part.kernels().size() > SHOWN) {
            table.row(
                    "others",
                    Integer.toString(part.kernels().size() - SHOWN) + " kinds",
                    millis(all - shown),
                    percent((double) (all - shown) / part.nanos()));
        }
        table.row("between", "", millis(part.nanos() - all), percent((double) (part.nanos() - all) / part.nanos()));
        table.print(console);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / MILLIS);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String rate(OptionalDouble perSecond) {
        return perSecond.isEmpty() ? "" : Unit.COUNT.text(perSecond.getAsDouble());
    }

    private static String name(Kernel kernel) {
        return op(kernel) + (kernel.variant().isEmpty() ? "" : ", " + kernel.variant());
    }

    private static String op(Kernel kernel) {
        return switch (kernel.op()) {
            case Unary unary -> unary.function().name();
            case Binary binary -> binary.function().name();
            case Reduce reduce -> reduce.function().name();
            default -> kernel.op().getClass().getSimpleName();
        };
    }

    /** Shapes of activations and weights; what says where they belong is left out. */
    private static String operands(Kernel kernel) {
        return kernel.operands().values().stream()
                .filter(operand -> operand.type().floating())
                .map(operand -> operand.type() + operand.shape().toString().replace("tokens.", ""))
                .collect(Collectors.joining(" "));
    }
}
