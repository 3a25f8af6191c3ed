package org.tenon.models.family;

import java.util.Map;
import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.op.Activation;

/** Activations by the names that Transformers gives them ({@code ACT2FN}); names are case-sensitive there. */
final class HuggingFaceActivations {
    private static final Map<String, Activation> BY_NAME = Map.ofEntries(
            Map.entry("silu", Activation.SILU),
            Map.entry("swish", Activation.SILU),
            Map.entry("gelu", Activation.GELU),
            Map.entry("gelu_python", Activation.GELU),
            Map.entry("gelu_pytorch_tanh", Activation.GELU_TANH),
            Map.entry("gelu_python_tanh", Activation.GELU_TANH),
            Map.entry("gelu_new", Activation.GELU_TANH),
            Map.entry("gelu_accurate", Activation.GELU_TANH),
            Map.entry("gelu_fast", Activation.GELU_TANH),
            Map.entry("relu", Activation.RELU),
            Map.entry("relu2", Activation.RELU_SQUARED));

    /** The name that each is written by. */
    private static final Map<Activation, String> WRITTEN = Map.of(
            Activation.SILU, "silu",
            Activation.GELU, "gelu",
            Activation.GELU_TANH, "gelu_pytorch_tanh",
            Activation.RELU, "relu",
            Activation.RELU_SQUARED, "relu2");

    private HuggingFaceActivations() {}

    static Activation read(Config config, String key, String otherwise) {
        String name = config.text(key, otherwise);
        Activation activation = BY_NAME.get(name);
        if (activation == null) {
            throw config.child(key)
                    .invalid("an activation that Tenon has: "
                            + String.join(
                                    ", ", BY_NAME.keySet().stream().sorted().toList()));
        }
        return activation;
    }

    static Optional<String> name(Activation activation) {
        return Optional.ofNullable(WRITTEN.get(activation));
    }
}
