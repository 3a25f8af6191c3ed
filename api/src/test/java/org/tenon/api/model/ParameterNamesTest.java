package org.tenon.api.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParameterNamesTest {
    private static final ParameterNames NAMES = ParameterNames.names()
            .map("model.layers.{i}.self_attn.{q,k,v}_proj.{weight,bias}", "layers.{i}.mixer.qkv.{q,k,v}.{weight,bias}")
            .map("h.{i}.{w1,w2}", "layers.{i}.{gate,down}")
            .map("lm_head.weight", "head.weight")
            .ignore(".*rotary_emb\\.inv_freq");

    @Test
    void patternsTranslateBothWays() {
        assertEquals(Optional.of("layers.12.mixer.qkv.k.bias"), NAMES.path("model.layers.12.self_attn.k_proj.bias"));
        assertEquals(
                Optional.of("model.layers.12.self_attn.k_proj.bias"), NAMES.checkpoint("layers.12.mixer.qkv.k.bias"));
        assertEquals(Optional.of("layers.0.down"), NAMES.path("h.0.w2"));
        assertEquals(Optional.of("h.0.w1"), NAMES.checkpoint("layers.0.gate"));
    }

    @Test
    void whatNoPatternFitsIsUnknown() {
        for (String name : new String[] {
            "model.layers.x.self_attn.q_proj.weight",
            "model.layers.1.self_attn.o_proj.weight",
            "model.layers.-1.self_attn.q_proj.weight",
            "xlm_head.weight",
            "lm_head_weight",
            ""
        }) {
            assertEquals(Optional.empty(), NAMES.path(name), name);
        }
    }

    @Test
    void aBundleHasATensorForEachOfItsMatrices() {
        ParameterNames names = ParameterNames.names()
                .bundle("model.layers.{i}.experts.{e}.{w1,w2}.weight", "layers.{i}.experts.{gate,down}")
                .prefixed("body.");
        String name = "model.layers.3.experts.10.w2.weight";
        assertEquals(List.of("layers.3.experts.down"), names.paths(name));
        assertEquals(List.of("layers.3.experts.down"), names.paths("body." + name));
        List<List<String>> places = names.bundles("layers.3.experts.down", 11);
        assertEquals(2, places.size());
        assertEquals(11, places.getFirst().size());
        assertEquals(
                "body.model.layers.3.experts.0.w2.weight", places.getFirst().getFirst());
        assertEquals(name, places.getLast().getLast());
        assertEquals(List.of(), names.checkpoints("layers.3.experts.down"));
        assertEquals(List.of(), names.bundles("layers.3.experts.up", 2));
        assertEquals(List.of(), names.paths("model.layers.3.experts.w2.weight"));
        assertThrows(IllegalArgumentException.class, () -> names.bundle("experts.{i}", "experts"));
    }

    @Test
    void bundlesMayShareTheMatricesOfATensor() {
        ParameterNames names = ParameterNames.names()
                .joinEach("{i}.gate_up", "{i}.gate", "{i}.up")
                .map("{i}.w", "{i}.w");
        assertEquals(List.of("4.gate", "4.up"), names.paths("4.gate_up"));
        assertEquals(List.of("4.gate_up"), names.checkpoints("4.up"));
        assertTrue(names.isJoinedEach("4.gate_up"));
        assertFalse(names.isJoinedEach("4.w"));
    }

    @Test
    void strayBuffersAreKnown() {
        assertTrue(NAMES.ignorable("model.layers.3.self_attn.rotary_emb.inv_freq"));
        assertFalse(NAMES.ignorable("model.layers.3.self_attn.rotary_emb.inv_freq.more"));
    }
}
