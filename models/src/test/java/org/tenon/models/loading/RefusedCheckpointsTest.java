package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.TenonException;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.InvalidCheckpoint;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.golden.Goldens;

/** What a user is told of a checkpoint that is broken or unknown, whichever family it is of. */
class RefusedCheckpointsTest {
    @TempDir
    private Path folder;

    private void copy(String golden, Consumer<Map<String, WeightSource>> tensors, Map<String, Object> fields) {
        Goldens.copy(golden, folder, tensors);
        Config changed = Json.read(folder.resolve(Checkpoint.CONFIG));
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            changed = changed.with(field.getKey(), field.getValue());
        }
        Json.write(folder.resolve(Checkpoint.CONFIG), changed);
    }

    private String refused(Class<? extends TenonException> kind) {
        try (Tenon tenon = Tenon.builder().backend("cpu").open()) {
            return assertThrows(kind, () -> tenon.model(folder)).getMessage();
        }
    }

    private static void holds(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is missing in: " + message);
        }
    }

    /** T5 may have a head of its own or none; a config.json that says it has one must be believed. */
    @Test
    void aHeadThatIsMissingIsAnError() {
        copy("t5-v1-1", tensors -> tensors.remove("lm_head.weight"), Map.of("tie_word_embeddings", false));
        holds(refused(TenonException.class), "lm_head.weight");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa-tied", "bert-body", "t5-f32"})
    void anUnknownFamilyIsToldWithAllThatAreKnown(String golden) {
        copy(golden, tensors -> {}, Map.of("model_type", "perceptron"));
        String message = refused(InvalidConfig.class);
        holds(message, "config.json: no family that is there knows the model_type \"perceptron\"; they know ");
        holds(message, "bamba, bert, falcon_mamba, gemma2, gpt2, jamba, llama, mamba, mamba2, mistral, mixtral, mt5,");
        holds(message, "phi3, qwen2, qwen3, t5, tenon. Add a plugin");
    }

    @ParameterizedTest
    @CsvSource({
        "llama-gqa-tied, hidden_act, gelu_new",
        "mistral-window, hidden_act, gelu_new",
        "mixtral-f32, hidden_act, gelu_new",
        "qwen2-biases, hidden_act, gelu_new",
        "qwen3-head-norms, hidden_act, gelu_new",
        "phi3-longrope, hidden_act, gelu_new",
        "gemma2-window, hidden_activation, gelu_new",
        "gpt2-f32, activation_function, gelu_new",
        "bert-masked, hidden_act, gelu_new",
        "t5-f32, dense_act_fn, gelu_new",
        "t5-old, feed_forward_proj, gelu_new",
        "mamba-tied-f32, hidden_act, silu",
        "mamba2-f32, hidden_act, silu",
        "falcon-mamba-norms, hidden_act, silu",
        "bamba-hybrid, hidden_act, silu",
        "jamba-experts, hidden_act, silu",
    })
    void anUnknownActivationIsToldWithThoseThatAreThere(String golden, String field, String known) {
        copy(golden, tensors -> {}, Map.of(field, "swiglu_oai"));
        holds(refused(InvalidConfig.class), "config.json: " + field + " must be ", known, "but is \"swiglu_oai\"");
    }

    /** The field that counts layers, and what the files call the first that isn't there any more. */
    @ParameterizedTest
    @CsvSource({
        "llama-gqa-tied, num_hidden_layers, model.layers.",
        "mistral-window, num_hidden_layers, model.layers.",
        "mixtral-f32, num_hidden_layers, model.layers.",
        "mixtral-joined, num_hidden_layers, model.layers.",
        "phi3-longrope, num_hidden_layers, model.layers.",
        "gpt2-f32, n_layer, transformer.h.",
        "bert-masked, num_hidden_layers, bert.encoder.layer.",
        "t5-f32, num_layers, encoder.block.",
        "t5-f32, num_decoder_layers, decoder.block.",
        "mamba-tied-f32, num_hidden_layers, backbone.layers.",
        "mamba2-f32, num_hidden_layers, backbone.layers.",
        "falcon-mamba-norms, num_hidden_layers, backbone.layers.",
        "bamba-hybrid, num_hidden_layers, model.layers.",
        "jamba-dense, num_hidden_layers, model.layers.",
        "jamba-experts, num_hidden_layers, model.layers.",
    })
    void layersTooManyOrTooFewAreToldAsSuch(String golden, String field, String layer) {
        int there = Json.read(Goldens.FOLDER.resolve(golden).resolve(Checkpoint.CONFIG))
                .positive(field);
        copy(golden, tensors -> {}, Map.of(field, there + 1));
        holds(
                refused(InvalidCheckpoint.class),
                "lacks tensors that config.json asks for",
                layer + there + ".",
                ". Nothing of ",
                "layers." + there + " is there: either config.json says too many layers, or a file is incomplete");
        copy(golden, tensors -> {}, Map.of(field, there - 1));
        holds(
                refused(InvalidCheckpoint.class),
                "holds tensors that nothing in the architecture uses",
                "tolerant(true)",
                layer + (there - 1) + ".",
                ". By config.json there is no ",
                "layers." + (there - 1) + ": it may say too few layers");
    }

    /** Some families list what each layer is. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2-biases", "qwen3-head-norms", "gemma2-window"})
    void aListOfLayersOfAnotherLengthIsToldWithBoth(String golden) {
        int there = Json.read(Goldens.FOLDER.resolve(golden).resolve(Checkpoint.CONFIG))
                .positive("num_hidden_layers");
        copy(golden, tensors -> {}, Map.of("num_hidden_layers", there + 1));
        holds(
                refused(InvalidConfig.class),
                "layer_types must be a list of " + (there + 1)
                        + ", one for each of num_hidden_layers, but is a list of " + there);
    }

    /** A layer of which anything is there is not a layer too many. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa-tied", "mixtral-f32"})
    void aTensorThatIsMissingIsNothingButThat(String golden) {
        String norm = "model.layers.1.input_layernorm.weight";
        copy(golden, tensors -> tensors.remove(norm), Map.of());
        assertTrue(refused(InvalidCheckpoint.class).endsWith("lacks tensors that config.json asks for: " + norm));
    }

    /** How each family spells an expert's matrix. */
    private static final String EXPERTS = """
            mixtral-f32, num_local_experts, model.layers.1.block_sparse_moe.experts.%d.w3.weight
            jamba-experts, num_experts, model.layers.1.feed_forward.experts.%d.up_proj.weight
            """;

    @ParameterizedTest
    @CsvSource(textBlock = EXPERTS)
    void anExpertThatIsMissingOrTooManyOrOfAnotherShapeIsNamed(String golden, String field, String name) {
        int experts = Json.read(Goldens.FOLDER.resolve(golden).resolve(Checkpoint.CONFIG))
                .positive(field);
        String second = name.formatted(1);
        copy(golden, tensors -> tensors.remove(second), Map.of());
        String missing = refused(InvalidCheckpoint.class);
        holds(missing, "lacks tensors that config.json asks for: " + second);

        copy(golden, tensors -> tensors.put(second, tensors.get("model.layers.1.input_layernorm.weight")), Map.of());
        String shape = refused(InvalidCheckpoint.class);
        holds(shape, "holds tensors that don't fit config.json: " + second + " of shape [48] where [", "] is needed");

        copy(golden, tensors -> {}, Map.of(field, experts - 1));
        holds(
                refused(InvalidCheckpoint.class),
                "holds tensors that don't fit config.json",
                "of shape [" + experts + ", 48] where [" + (experts - 1) + ", 48] is needed");
        copy(golden, tensors -> {}, Map.of(field, experts + 1));
        holds(refused(InvalidCheckpoint.class), "lacks tensors that config.json asks for", name.formatted(experts));
    }

    /** Experts in one tensor are all there or none. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void expertsInOneTensorAreCountedByItsShape(int more) {
        Config config = Json.read(Goldens.FOLDER.resolve("mixtral-joined").resolve(Checkpoint.CONFIG));
        int experts = config.positive("num_local_experts");
        copy("mixtral-joined", tensors -> {}, Map.of("num_local_experts", experts + more));
        holds(
                refused(InvalidCheckpoint.class),
                "model.layers.0.mlp.experts.down_proj of shape [" + experts + ", 48, ",
                "where [" + (experts + more) + ", 48, ");
    }
}
