package org.tenon.models.loading;

import static org.tenon.api.model.Sampling.sampling;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Sampling;

/**
 * How tokens are chosen where a request doesn't say: by {@code generation_config.json}, with Transformers' defaults for what it leaves
 * out; end tokens and forced ones by {@code config.json} where the other file names none. Of the bounds of the output, {@code max_new_tokens} counts; a
 * {@code max_length} doesn't, whose default of 20 nobody means.
 */
final class Defaults {
    /** Transformers' {@code top_k} where a file doesn't say. */
    private static final int TOP_K = 50;

    private Defaults() {}

    static Sampling of(Config config, Optional<Config> generation) {
        Config file = generation.orElseGet(Config::object);
        Sampling defaults =
                set(sampling(), file, "temperature", given -> given.temperature(file.decimal("temperature")));
        defaults = set(defaults, file, "top_p", given -> given.topP(file.decimal("top_p")));
        defaults = set(defaults, file, "min_p", given -> given.minP(file.decimal("min_p")));
        int absent = file.keys().contains("top_k") ? 0 : TOP_K; // a null there means none
        defaults = set(defaults.topK(absent), file, "top_k", given -> given.topK(file.integer("top_k")));
        defaults = set(
                defaults,
                file,
                "repetition_penalty",
                given -> given.repetitionPenalty(file.decimal("repetition_penalty")));
        defaults = set(defaults, file, "max_new_tokens", given -> given.maxTokens(file.integer("max_new_tokens")));
        defaults = file.flag("do_sample", false) ? defaults.drawn() : defaults.greedy();
        return defaults.endTokens(ids("eos_token_id", file, config))
                .forcedFirst(ids("forced_bos_token_id", file, config))
                .forcedLast(ids("forced_eos_token_id", file, config));
    }

    /**
     * What a decoder's output begins after: its start token. A model that was created rather than loaded has no file that says, and starts with id 0.
     */
    static int[] decoderStart(Config config, Optional<Config> generation) {
        if (config.keys().isEmpty()) {
            return new int[] {0};
        }
        Config file = generation.orElseGet(Config::object);
        return id("decoder_start_token_id", file, config)
                .or(() -> id("bos_token_id", file, config))
                .map(start -> new int[] {start})
                .orElseThrow(() -> new InvalidConfig(
                        config.source(),
                        "decoder_start_token_id",
                        "an id from 0 on, here or in generation_config.json",
                        "nothing"));
    }

    private static Optional<Integer> id(String key, Config file, Config config) {
        return file.optional(key).or(() -> config.optional(key)).map(id -> (int) id.asWhole(0, Integer.MAX_VALUE));
    }

    /** What a file says of one key, if it does; a value that sampling refuses is the file's fault. */
    private static Sampling set(Sampling defaults, Config file, String key, UnaryOperator<Sampling> change) {
        try {
            return file.has(key) ? change.apply(defaults) : defaults;
        } catch (InvalidRequest refused) {
            throw file.child(key).invalid("a value that sampling takes (" + refused.getMessage() + ")");
        }
    }

    /** One id, a list of ids, or none. */
    private static int[] ids(String key, Config file, Config config) {
        return (file.has(key) ? file : config)
                        .optional(key)
                        .map(ends -> ends.kind() == Config.Kind.LIST ? ends.asList() : List.of(ends))
                        .orElse(List.of())
                        .stream()
                        .mapToInt(id -> Math.toIntExact(id.asWhole(0, Integer.MAX_VALUE)))
                        .toArray();
    }
}
