package org.tenon.models.loading;

import static org.tenon.api.model.Sampling.sampling;

import java.util.List;
import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.model.Sampling;

/**
 * How tokens are chosen where a request doesn't say: by {@code generation_config.json}, with Transformers' defaults for what it leaves
 * out; end tokens by {@code config.json} where the other file names none.
 */
final class Defaults {
    /** Transformers' {@code top_k} where a file doesn't say. */
    private static final int TOP_K = 50;

    private Defaults() {}

    static Sampling of(Config config, Optional<Config> generation) {
        Config file = generation.orElseGet(Config::object);
        Sampling defaults = file.flag("do_sample", false)
                ? sampling()
                        .drawn()
                        .temperature(file.decimal("temperature", 1))
                        .topP(file.decimal("top_p", 1))
                : sampling().greedy();
        defaults = defaults.topK(file.integer("top_k", TOP_K))
                .repetitionPenalty(file.decimal("repetition_penalty", 1));
        if (file.flag("do_sample", false) && file.has("min_p")) {
            defaults = defaults.minP(file.decimal("min_p"));
        }
        if (file.has("max_new_tokens")) {
            defaults = defaults.maxTokens(file.positive("max_new_tokens"));
        }
        return defaults.endTokens(ends(file.has("eos_token_id") ? file : config));
    }

    /** One id, a list of ids, or none. */
    private static int[] ends(Config file) {
        return file.optional("eos_token_id")
                .filter(ends -> file.has("eos_token_id"))
                .map(ends -> ends.kind() == Config.Kind.LIST ? ends.asList() : List.of(ends))
                .orElse(List.of())
                .stream()
                .mapToInt(id -> Math.toIntExact(id.asWhole(0, Integer.MAX_VALUE)))
                .toArray();
    }
}
