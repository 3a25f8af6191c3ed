package org.tenon.models.family;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;

/**
 * The fields of a {@code config.json} of Transformers, each checked as it is read.
 *
 * @param config the file
 */
record HuggingFaceFields(Config config) {
    /** Fields of weights that can be read: not quantised ones. */
    static HuggingFaceFields of(Config config) {
        refuseQuantised(config);
        return new HuggingFaceFields(config);
    }

    static void refuseQuantised(Config config) {
        config.optional("quantization_config").ifPresent(quantised -> {
            throw quantised.invalid(
                    "absent: quantised weights of this kind can't be read; take the original checkpoint");
        });
    }

    /** From 1 to so many. */
    int size(String key, int otherwise, int most) {
        return config.optional(key).map(value -> (int) value.asWhole(1, most)).orElse(otherwise);
    }

    /** What is added to a mean square. */
    double epsilon(String key, double otherwise) {
        double epsilon = config.decimal(key, otherwise);
        require(epsilon >= 0 && epsilon < 1, key, "at least 0 and less than 1", epsilon);
        return epsilon;
    }

    boolean flag(String key, boolean otherwise) {
        return config.optional(key).map(Config::asFlag).orElse(otherwise);
    }

    boolean tied(boolean otherwise) {
        return flag("tie_word_embeddings", otherwise);
    }

    void require(boolean holds, String key, String expected, Number found) {
        if (!holds) {
            throw new InvalidConfig(config.source(), key, expected, found.toString());
        }
    }

    /** The only activation that scans are made with. */
    void silu(String key) {
        String name = config.text(key, "silu");
        if (!name.equals("silu") && !name.equals("swish")) {
            throw config.child(key).invalid("silu, the only activation that Tenon's state-space layers have");
        }
    }

    /** A number, or infinity in the spelling of Transformers 5 or of Python. */
    static double limit(Config value) {
        double number = value.kind() == Config.Kind.OBJECT
                ? value.text("__float__", "").equals("Infinity") ? Double.POSITIVE_INFINITY : Double.NaN
                : value.asNumber().doubleValue();
        if (Double.isNaN(number) || number < 0) {
            throw value.invalid("a number that is 0 or more, or infinity");
        }
        return number;
    }

    /** The same for writing. */
    static Object limit(double value) {
        return Double.isInfinite(value) ? Config.object().with("__float__", "Infinity") : value;
    }

    /** What was written, where it means the architecture when it is read again: else the family can't express it. */
    static Optional<Config> faithful(Optional<Config> written, ModelSpec spec, Function<Config, ModelSpec> read) {
        return written.filter(config -> {
            try {
                return read.apply(config).equals(spec);
            } catch (InvalidConfig refused) {
                return false;
            }
        });
    }

    /** The specs of the layers of a model of one stack; none where there are more. */
    static List<LayerSpec> layers(ModelSpec spec) {
        return spec.stacks().size() == 1 ? spec.stacks().getFirst().layers() : List.of();
    }
}
