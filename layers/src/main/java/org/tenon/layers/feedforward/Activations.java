package org.tenon.layers.feedforward;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.op.Activation;

/** The activations that a plain tree can name. */
final class Activations {
    private static final Map<String, Activation> BY_NAME = Stream.of(
                    Activation.SILU,
                    Activation.GELU,
                    Activation.GELU_TANH,
                    Activation.RELU,
                    Activation.RELU_SQUARED,
                    Activation.TANH)
            .collect(Collectors.toUnmodifiableMap(Activation::name, Function.identity()));

    private Activations() {}

    /** What a tree calls it. */
    static String name(Activation activation) {
        String name = activation.name();
        if (!BY_NAME.containsKey(name)) {
            throw new TenonException(
                    "the activation " + name + " is a plugin's own and can't be saved; Tenon's are " + names());
        }
        return name;
    }

    /** What is called so. */
    static Activation of(Config name) {
        Activation found = BY_NAME.get(name.asText());
        if (found == null) {
            throw name.invalid("one of " + names());
        }
        return found;
    }

    private static List<String> names() {
        return BY_NAME.keySet().stream().sorted().toList();
    }
}
