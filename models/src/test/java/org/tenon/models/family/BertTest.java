package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.Json;

class BertTest {
    private static final ModelFamily BERT = new Bert();

    private static Config config(String json) {
        return Json.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static Config of(String architecture) {
        return config("{\"architectures\": [\"" + architecture + "\"]}");
    }

    /** bert-base-uncased has 109,482,240 parameters without heads but the pooler. */
    @Test
    void whatIsLeftOutIsAsInTransformers() {
        ModelSpec spec = BERT.spec(config("{\"model_type\": \"bert\"}"));
        assertEquals(ModelSpec.Kind.ENCODER, spec.kind());
        assertEquals(512, spec.context());
        assertEquals(109_482_240L, Blueprint.of(spec, LayerProviders.found()).parameterCount());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"num_attention_heads\": 7 | num_attention_heads must be a divisor of hidden_size 768, but is 7",
                "\"max_position_embeddings\": 0 | max_position_embeddings must be a whole number from 1 to",
                "\"type_vocab_size\": 0 | type_vocab_size must be a whole number from 1 to",
                "\"layer_norm_eps\": 1 | layer_norm_eps must be at least 0 and less than 1",
                "\"hidden_act\": \"selu\" | hidden_act must be an activation that Tenon has",
                "\"position_embedding_type\": \"relative_key\" | position_embedding_type must be absolute",
                "\"is_decoder\": true | is_decoder must be false",
                "\"add_cross_attention\": true | add_cross_attention must be false",
                "\"quantization_config\": {} | quantization_config must be absent",
                "\"architectures\": [\"BertForTokenClassification\"] | architectures names BertForTokenClassification, which isn't supported; BertModel, BertForMaskedLM"
            })
    void whatCantBeIsRefusedByFileAndPlace(String field, String message) {
        Config config = config("{" + field + "}");
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> BERT.spec(config));
        assertTrue(refused.getMessage().startsWith("config.json: " + message), refused.getMessage());
    }

    @Test
    void headsAreThoseOfTheClassAndThoseWhoseTensorsAreThere() {
        assertEquals(Set.of("pooler"), BERT.spec(of("BertModel")).heads().keySet());
        assertEquals(
                Set.of("pooler", "masked", "nextSentence"),
                BERT.spec(of("BertForPreTraining")).heads().keySet());
        assertEquals(
                Set.of("pooler", "classes"),
                BERT.spec(of("BertForSequenceClassification")).heads().keySet());
        assertEquals(Set.of(), BERT.spec(of("BertModel"), Set.of()).heads().keySet());
        assertEquals(
                Set.of("masked"),
                BERT.spec(of("BertForMaskedLM"), Set.of()).heads().keySet(),
                "its tensors are missed");
        assertEquals(
                Set.of("pooler", "masked", "nextSentence"),
                BERT.spec(of("BertForMaskedLM"), Set.of("bert.pooler.dense.weight", "cls.seq_relationship.weight"))
                        .heads()
                        .keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bert."})
    void tensorsAreNamedWithThePrefixAndWithoutAndInTheOldWay(String prefix) {
        ParameterNames names = BERT.names(config("{}"), Format.HUGGING_FACE);
        for (String vector : List.of("weight", "gamma")) {
            assertEquals(
                    List.of("layers.3.mixerSumNorm.weight"),
                    names.paths(prefix + "encoder.layer.3.attention.output.LayerNorm." + vector));
        }
        assertEquals(
                List.of("layers.3.mixer.qkv.k.bias"), names.paths(prefix + "encoder.layer.3.attention.self.key.bias"));
        assertTrue(names.ignorable(prefix + "embeddings.position_ids"));
        assertTrue(names.ignorable("cls.predictions.decoder.weight"), "it is the embedding's");
        ParameterNames untied = BERT.names(config("{\"tie_word_embeddings\": false}"), Format.HUGGING_FACE);
        assertEquals(List.of("masked.decoder.weight"), untied.paths("cls.predictions.decoder.weight"));
    }

    @Test
    void whatTheFamilyCantExpressIsNotWritten() {
        ModelSpec spec = BERT.spec(config("{\"num_hidden_layers\": 2}"));
        assertTrue(BERT.config(spec).isPresent());
        ModelSpec.Stack stack = spec.stacks().getFirst();
        ModelSpec other = new ModelSpec(
                spec.vocabulary(),
                spec.context(),
                List.of(new ModelSpec.Stack(
                        "encoder",
                        stack.hidden(),
                        stack.embedding(),
                        List.of(stack.layers().getFirst()),
                        new RmsNorm(1e-6))),
                spec.heads());
        assertTrue(BERT.config(other).isEmpty());
        assertTrue(BERT.config(new ModelSpec(10, 10, List.of(), Map.of())).isEmpty());
    }
}
