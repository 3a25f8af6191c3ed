package org.tenon.api.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void strayBuffersAreKnown() {
        assertTrue(NAMES.ignorable("model.layers.3.self_attn.rotary_emb.inv_freq"));
        assertFalse(NAMES.ignorable("model.layers.3.self_attn.rotary_emb.inv_freq.more"));
    }
}
