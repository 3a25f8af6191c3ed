package org.tenon.models.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.WeightSource;
import org.tenon.models.Tenon;

/** The forms in which checkpoints of each family are published: whatever stands in the file beside the weights, or before their names, the numbers are the reference's. */
class PublishedFormsTest {
    @TempDir
    private Path folder;

    private void copy(String golden, Consumer<Map<String, WeightSource>> change) {
        Goldens.copy(golden, folder, change);
    }

    private void isTheReferences(String golden) {
        Verification found = Goldens.verify(Tenon.builder().backend("cpu"), folder, golden);
        assertTrue(found.passed(), found::toString);
    }

    /** The body of a model that was saved by itself has no prefix; a head has none in any case. */
    @ParameterizedTest
    @CsvSource({
        "llama-gqa-tied, model.",
        "llama-mha-f32, model.",
        "mistral-window, model.",
        "mixtral-f32, model.",
        "mixtral-joined, model.",
        "qwen2-biases, model.",
        "qwen3-head-norms, model.",
        "gemma2-window, model.",
        "phi3-longrope, model.",
        "gpt2-f32, transformer.",
        "mamba-tied-f32, backbone.",
        "mamba2-f32, backbone.",
        "falcon-mamba-norms, backbone.",
        "bamba-hybrid, model.",
        "jamba-dense, model.",
        "jamba-experts, model.",
        "bert-masked, bert.",
        "bert-classifier, bert.",
    })
    void namesMayLackTheModelsPrefix(String golden, String prefix) throws Exception {
        List<String> shortened = new ArrayList<>();
        copy(
                golden,
                tensors -> List.copyOf(tensors.keySet()).stream()
                        .filter(name -> name.startsWith(prefix))
                        .forEach(name -> {
                            tensors.put(name.substring(prefix.length()), tensors.remove(name));
                            shortened.add(name);
                        }));
        assertNotEquals(List.of(), shortened);
        isTheReferences(golden);
    }

    /** What Transformers has registered as buffers over the years, and older files still hold. */
    @ParameterizedTest
    @CsvSource({
        "llama-gqa-tied, model.layers.0.self_attn.rotary_emb.inv_freq model.rotary_emb.inv_freq",
        "mistral-window, model.layers.0.self_attn.rotary_emb.inv_freq",
        "mixtral-f32, model.layers.1.self_attn.rotary_emb.inv_freq",
        "qwen2-biases, model.layers.1.self_attn.rotary_emb.inv_freq",
        "qwen3-head-norms, model.rotary_emb.inv_freq",
        "gemma2-window, model.layers.0.self_attn.rotary_emb.inv_freq",
        "phi3-longrope, model.layers.0.self_attn.rotary_emb.inv_freq",
        "bamba-hybrid, model.rotary_emb.inv_freq",
        "gpt2-f32, transformer.h.0.attn.bias transformer.h.1.attn.masked_bias",
        "gpt2-body-and-masks, h.0.attn.masked_bias",
        "bert-masked, bert.embeddings.position_ids bert.embeddings.token_type_ids",
        "bert-body, embeddings.position_ids",
        "t5-f32, decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
    })
    void strayBuffersAreLeftUnread(String golden, String buffers) throws Exception {
        copy(golden, tensors -> {
            WeightSource any = tensors.values().iterator().next();
            for (String buffer : buffers.split(" ", -1)) {
                tensors.put(buffer, any);
            }
        });
        isTheReferences(golden);
    }

    static Stream<Arguments> shared() {
        return Stream.of(
                Arguments.of("llama-gqa-tied", "model.embed_tokens.weight", List.of("lm_head.weight")),
                Arguments.of("gemma2-window", "model.embed_tokens.weight", List.of("lm_head.weight")),
                Arguments.of("gpt2-f32", "transformer.wte.weight", List.of("lm_head.weight")),
                Arguments.of("mamba-tied-f32", "backbone.embeddings.weight", List.of("lm_head.weight")),
                Arguments.of("bamba-biases", "model.embed_tokens.weight", List.of("lm_head.weight")),
                Arguments.of("jamba-dense-tied", "model.embed_tokens.weight", List.of("lm_head.weight")),
                Arguments.of(
                        "t5-f32",
                        "shared.weight",
                        List.of("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")),
                Arguments.of(
                        "mt5-untied",
                        "shared.weight",
                        List.of("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")),
                Arguments.of(
                        "bert-masked",
                        "bert.embeddings.word_embeddings.weight",
                        List.of("cls.predictions.decoder.weight")),
                Arguments.of("bert-masked", "cls.predictions.bias", List.of("cls.predictions.decoder.bias")));
    }

    /** Some writers store a matrix that is used twice as often as it is used. */
    @ParameterizedTest
    @MethodSource("shared")
    void aTensorThatIsSharedMayStandThereTwice(String golden, String tensor, List<String> again) throws Exception {
        copy(golden, tensors -> {
            int before = tensors.size();
            again.forEach(name -> tensors.put(name, tensors.get(tensor)));
            assertEquals(before + again.size(), tensors.size(), tensors.keySet()::toString);
        });
        isTheReferences(golden);
    }
}
