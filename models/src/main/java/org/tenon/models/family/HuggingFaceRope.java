package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.layers.position.DynamicScaling;
import org.tenon.layers.position.LinearScaling;
import org.tenon.layers.position.Llama3Scaling;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.position.Scaling;
import org.tenon.layers.position.Unscaled;
import org.tenon.layers.position.YarnScaling;
import org.tenon.models.assembly.Blueprint;

/**
 * Rotary positions as {@code config.json} spells them: {@code rope_parameters} since Transformers 5, and {@code rope_theta} with
 * {@code rope_scaling} before. Follows {@code modeling_rope_utils.py} of Transformers 5.23, defaults and precedence included.
 *
 * @param rope the positions
 * @param context the longest sequence that the model is made for
 */
record HuggingFaceRope(Rope rope, int context) {
    static final double DEFAULT_THETA = 10_000;

    /** Dynamic scaling has no end in the reference; its frequencies stand in a table here, which ends at this many times its reach. */
    private static final int DYNAMIC_REACH = 2;

    static HuggingFaceRope read(Config config, int positions) {
        return read(config, positions, DEFAULT_THETA);
    }

    /** The positions of a family whose base, where the file doesn't say, is another. */
    static HuggingFaceRope read(Config config, int positions, double defaultTheta) {
        Config dict = dict(config);
        double theta =
                first("rope_theta", dict, config).map(HuggingFaceRope::positive).orElse(defaultTheta);
        Optional<Config> named = dict.optional("rope_type").or(() -> dict.optional("type"));
        String type = named.map(Config::asText).orElse("default");
        int original = first("original_max_position_embeddings", config, dict)
                .map(HuggingFaceRope::length)
                .orElse(positions);
        if (!type.equals("default")) { // which ignores it in the reference
            first("partial_rotary_factor", dict, config)
                    .filter(part -> part.asDecimal() != 1)
                    .ifPresent(part -> {
                        throw part.invalid("1: the reference fails on a part of a head with " + type + " positions");
                    });
        }
        Scaling scaling = switch (type) {
            case "default" -> new Unscaled();
            case "linear" -> new LinearScaling(positive(dict, "factor"));
            case "dynamic" -> new DynamicScaling(positive(dict, "factor"), positions);
            case "yarn" -> yarn(dict, original, positions);
            case "llama3" ->
                new Llama3Scaling(
                        positive(dict, "factor"),
                        positive(dict, "low_freq_factor"),
                        positive(dict, "high_freq_factor"),
                        original);
            case "longrope" -> longRope(dict, original, positions);
            default ->
                throw named.orElseThrow()
                        .invalid("a kind of positions that Tenon has: default, linear, dynamic, yarn, llama3"
                                + " or longrope");
        };
        return new HuggingFaceRope(Rope.of(theta).scaling(scaling), context(scaling, positions));
    }

    /** What holds the fields: {@code rope_scaling} where it says anything, even beside {@code rope_parameters}. */
    static Config dict(Config config) {
        Config dict = config.optional("rope_scaling")
                .filter(old -> !old.keys().isEmpty())
                .or(() -> config.optional("rope_parameters"))
                .orElseGet(Config::object);
        for (String key : dict.keys()) {
            dict.optional(key)
                    .filter(value -> value.kind() == Config.Kind.OBJECT)
                    .ifPresent(value -> {
                        throw value.invalid("a number or a text; this family has one kind of positions for all layers");
                    });
        }
        return dict;
    }

    private static YarnScaling yarn(Config dict, int original, int positions) {
        if (!dict.keys().contains("factor")) {
            throw new InvalidConfig(dict.source(), path(dict, "factor"), "a positive number", "missing");
        }
        double factor = dict.optional("factor").map(HuggingFaceRope::positive).orElse((double) positions / original);
        double mscale = dict.decimal("mscale", 0);
        double mscaleAll = dict.decimal("mscale_all_dim", 0);
        double attentionFactor = mscale != 0 && mscaleAll != 0
                ? YarnScaling.attentionFactor(factor, mscale) / YarnScaling.attentionFactor(factor, mscaleAll)
                : YarnScaling.attentionFactor(factor, 1);
        return new YarnScaling(
                factor,
                original,
                unlessZero(dict.decimal("beta_fast", 32), 32),
                unlessZero(dict.decimal("beta_slow", 1), 1),
                dict.flag("truncate", true),
                dict.decimal("attention_factor", attentionFactor));
    }

    private static double unlessZero(double value, double otherwise) {
        return value == 0 ? otherwise : value;
    }

    static LongRopeScaling longRope(Config dict, int original, int positions) {
        double factor = dict.optional("factor").map(HuggingFaceRope::positive).orElse((double) positions / original);
        return new LongRopeScaling(
                factors(dict, "short_factor"),
                factors(dict, "long_factor"),
                original,
                dict.decimal("attention_factor", LongRopeScaling.attentionFactor(factor, original)));
    }

    private static List<Double> factors(Config dict, String key) {
        return dict.list(key).stream().map(HuggingFaceRope::positive).toList();
    }

    /** Methods that stretch what {@code max_position_embeddings} counts make the model fit for more than it says. */
    private static int context(Scaling scaling, int positions) {
        double reach = switch (scaling) {
            case LinearScaling linear -> linear.factor() * positions;
            case DynamicScaling dynamic -> DYNAMIC_REACH * dynamic.factor() * positions;
            case YarnScaling yarn -> yarn.factor() * yarn.original();
            default -> positions;
        };
        return (int) Math.clamp(reach, positions, Blueprint.MOST_CONTEXT);
    }

    /** {@code rope_parameters}, and the {@code max_position_embeddings} that go with them. */
    static Config write(Config config, Rope rope, int context) {
        Config dict = Config.object().with("rope_theta", rope.theta());
        return switch (rope.scaling()) {
            case LinearScaling linear ->
                with(
                        config,
                        (int) Math.round(context / linear.factor()),
                        dict.with("rope_type", "linear").with("factor", linear.factor()));
            case DynamicScaling dynamic ->
                with(
                        config,
                        dynamic.positions(),
                        dict.with("rope_type", "dynamic").with("factor", dynamic.factor()));
            case YarnScaling yarn ->
                with(
                        config,
                        context,
                        dict.with("rope_type", "yarn")
                                .with("factor", yarn.factor())
                                .with("original_max_position_embeddings", yarn.original())
                                .with("beta_fast", yarn.betaFast())
                                .with("beta_slow", yarn.betaSlow())
                                .with("truncate", yarn.truncate())
                                .with("attention_factor", yarn.attentionFactor()));
            case Llama3Scaling llama3 ->
                with(
                        config,
                        context,
                        dict.with("rope_type", "llama3")
                                .with("factor", llama3.factor())
                                .with("low_freq_factor", llama3.low())
                                .with("high_freq_factor", llama3.high())
                                .with("original_max_position_embeddings", llama3.original()));
            case LongRopeScaling longRope ->
                with(
                        config,
                        context,
                        dict.with("rope_type", "longrope")
                                .with("short_factor", longRope.shortFactors())
                                .with("long_factor", longRope.longFactors())
                                .with("original_max_position_embeddings", longRope.original())
                                .with("attention_factor", longRope.attentionFactor()));
            default -> with(config, context, dict.with("rope_type", "default"));
        };
    }

    private static Config with(Config config, int positions, Config dict) {
        return config.with("max_position_embeddings", positions).with("rope_parameters", dict);
    }

    static Optional<Config> first(String key, Config one, Config other) {
        return one.optional(key).or(() -> other.optional(key));
    }

    private static double positive(Config dict, String key) {
        return positive(dict.child(key));
    }

    static double positive(Config number) {
        double value = number.asDecimal();
        if (value <= 0) {
            throw number.invalid("a positive number");
        }
        return value;
    }

    static int length(Config number) {
        return (int) number.asWhole(1, Blueprint.MOST_CONTEXT);
    }

    private static String path(Config dict, String key) {
        return dict.path().isEmpty() ? key : dict.path() + "." + key;
    }

    /** What is left to go wrong with positions: numbers that don't fit each other or the head. */
    static void check(Rope rope, int context, int headDim, Config config) {
        InvalidLayer.Check check = InvalidLayer.check();
        rope.check(check, headDim, context);
        try {
            check.done();
        } catch (InvalidLayer invalid) {
            throw new InvalidConfig(
                    config.source(),
                    "the rotary positions don't fit: " + invalid.getMessage()
                            + ". Correct the file, or download it again",
                    invalid);
        }
    }
}
