package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.CrossAttention;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.block.Block;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.token.Head;

class T5Test {
    private static final String EMBEDDING = "encoder.embedding.weight";
    private final T5 family = new T5();

    private static Config config() {
        return Config.object()
                .with("model_type", "t5")
                .with("vocab_size", 100)
                .with("d_model", 16)
                .with("d_kv", 6)
                .with("d_ff", 20)
                .with("num_layers", 3)
                .with("num_heads", 2);
    }

    private static Head head(ModelSpec spec) {
        return (Head) spec.heads().get(ModelSpec.HEAD);
    }

    private static LayerSpec body(ModelSpec spec, int stack, int layer, int branch) {
        return ((Block) spec.stacks().get(stack).layers().get(layer))
                .branches()
                .get(branch)
                .body();
    }

    @Test
    void theFirstVersionIsTiedAndScaled() {
        ModelSpec spec = family.spec(config());
        assertEquals(512, spec.context());
        assertEquals(
                List.of(3, 3),
                spec.stacks().stream().map(stack -> stack.layers().size()).toList());
        assertEquals(Head.tiedTo(EMBEDDING).multiplier(0.25), head(spec));
        SelfAttention attention = SelfAttention.of(2).headDim(6).scale(1);
        RelativeBias bias = RelativeBias.of(32, 128);
        assertEquals(attention.bothWays().relativeBias(bias), body(spec, 0, 0, 0));
        assertEquals(attention.bothWays().relativeBias(bias.taken()), body(spec, 0, 2, 0));
        assertEquals(attention.relativeBias(bias), body(spec, 1, 0, 0));
        assertEquals(CrossAttention.of("encoder", 2).headDim(6).scale(1), body(spec, 1, 1, 1));
        assertEquals(FeedForward.plain(20, Activation.RELU), body(spec, 1, 1, 2));
    }

    @Test
    void laterVersionsAreNeither() {
        Config config = config().with("feed_forward_proj", "gated-gelu")
                .with("tie_word_embeddings", false)
                .with("num_decoder_layers", 1);
        ModelSpec spec = family.spec(config);
        assertEquals(1, spec.stacks().getLast().layers().size());
        assertEquals(Head.untied(), head(spec));
        assertEquals(FeedForward.gated(20, Activation.GELU_TANH), body(spec, 0, 0, 1));
    }

    /** As in the reference, which reads "tie_word_embeddings" for the scale and looks at the tensors for the head; but where it says that nothing is tied, a head must be there. */
    @ParameterizedTest
    @CsvSource({
        "t5, true, false, true, 0.25",
        "t5, true, true, false, 0.25",
        "t5, false, false, false, 1",
        "t5, false, true, false, 1",
        "mt5, true, true, false, 1",
        "mt5, false, false, false, 1"
    })
    void whatTheHeadIsTheTensorsTell(String type, boolean flag, boolean tensor, boolean tied, double multiplier) {
        Config config = config().with("model_type", type).with("tie_word_embeddings", flag);
        Head head = head(family.spec(config, tensor ? Set.of("lm_head.weight") : Set.of()));
        assertEquals(tied ? Optional.of(EMBEDDING) : Optional.empty(), head.tiedTo());
        assertEquals(multiplier, head.multiplier());
    }

    @ParameterizedTest
    @CsvSource({
        "d_model, 0, d_model",
        "feed_forward_proj, gated-swoosh, an activation that Tenon has",
        "relative_attention_num_buckets, 7, an even number",
        "relative_attention_max_distance, 16, above half of the buckets",
        "layer_norm_epsilon, 2, at least 0 and less than 1"
    })
    void aWrongFieldIsNamed(String key, String value, String message) {
        Object plain = value.matches("[0-9]+") ? (Object) Integer.valueOf(value) : value;
        InvalidConfig invalid = assertThrows(InvalidConfig.class, () -> family.spec(config().with(key, plain)));
        assertTrue(invalid.getMessage().contains(message), invalid.getMessage());
    }

    @Test
    void whatItCannotSayItDoesNotWrite() {
        ModelSpec spec = family.spec(config());
        ModelSpec other = new ModelSpec(
                spec.vocabulary(), spec.context(), List.of(spec.stacks().getLast()), spec.heads());
        assertEquals(Optional.empty(), family.config(other));
        assertEquals(spec, family.spec(family.config(spec).orElseThrow()));
    }
}
