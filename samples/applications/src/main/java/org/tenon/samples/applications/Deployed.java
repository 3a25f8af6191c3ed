package org.tenon.samples.applications;

import static org.tenon.api.model.Sampling.sampling;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.models.Tenon;

/**
 * Tells what an application gets from the machine, however it was deployed: on the class path, in one jar, on the module path. With a text it goes
 * on from it; with numbers it measures what {@code tenon bench} does.
 */
public final class Deployed {
    private static final int TOKENS = 48;
    private static final int ROUNDS = 3;

    private Deployed() {}

    /**
     * Goes on from a text, or measures.
     *
     * @param arguments a model's folder, and either a text, or the lengths of a prompt of random ids and of what follows it
     */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        if (arguments.length == 2) {
            tell(folder, arguments[1], System.out);
        } else {
            measure(folder, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), System.out);
        }
    }

    static void tell(Path folder, String beginning, PrintStream out) {
        try (Tenon tenon = Tenon.open();
                CausalModel model = tenon.causal(folder)) {
            Result result = model.generate(beginning, sampling().greedy().maxTokens(TOKENS))
                    .await();
            out.println("text: " + result.text().strip());
            out.println("device: " + model.device());
            out.println("tiers: " + tiers(tenon));
        }
    }

    /** Which kernels the backends have here. */
    private static String tiers(Tenon tenon) {
        return tenon.backends().stream()
                .flatMap(backend -> backend.devices().stream())
                .flatMap(device -> device.tiers().stream())
                .map(tier -> tier.name() + (tier.presence().available() ? "" : " missing"))
                .collect(Collectors.joining(", "));
    }

    static void measure(Path folder, int prompt, int tokens, PrintStream out) {
        Limits limits = Limits.defaults().sequences(1).context(prompt + tokens).buffer(tokens);
        Sampling greedy = sampling().greedy().ignoreEndTokens().maxTokens(tokens);
        try (Tenon tenon = Tenon.builder().limits(limits).open();
                CausalModel model = tenon.causal(folder)) {
            double decode = 0;
            double prefill = 0;
            for (int round = 0; round <= ROUNDS; round++) { // the first warms up
                int[] ids = new SplittableRandom(round)
                        .ints(prompt, 0, model.vocabulary())
                        .toArray();
                Result result =
                        model.generate(Request.ids(ids).sampling(greedy)).await();
                decode = Math.max(
                        decode, round == 0 ? 0 : result.tokensPerSecond().orElse(0));
                double seconds = result.timings().prefill().toNanos() / 1e9;
                prefill = Math.max(prefill, round == 0 ? 0 : prompt / seconds);
            }
            out.println(String.format(
                    Locale.ROOT, "prefill %.2f tokens/s, decode %.2f tokens/s on %s", prefill, decode, model.device()));
        }
    }
}
