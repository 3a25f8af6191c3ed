package org.tenon.models.family;

import org.tenon.api.model.ParameterNames;

/** How Transformers names the parameters of state-space mixers. */
final class StateSpaceNames {
    private StateSpaceNames() {}

    /** Those of a Mamba mixer. */
    static ParameterNames mamba(ParameterNames names, String mixer) {
        String path = "layers.{i}.mixer";
        return names.join(
                        mixer + ".in_proj.{weight,bias}",
                        path + ".input.x.{weight,bias}",
                        path + ".input.gate.{weight,bias}")
                .map(mixer + ".conv1d.{weight,bias}", path + ".conv.{weight,bias}")
                .join(
                        mixer + ".x_proj.weight",
                        path + ".select.dt.weight",
                        path + ".select.b.weight",
                        path + ".select.c.weight")
                .map(mixer + ".dt_proj.{weight,bias}", path + ".step.{weight,bias}")
                .map(mixer + ".{A_log,D}", path + ".{decay,skip}")
                .map(mixer + ".{dt,b,c}_layernorm.weight", path + ".{dt,b,c}Norm.weight")
                .map(mixer + ".out_proj.{weight,bias}", path + ".output.{weight,bias}");
    }

    /** Those of a Mamba-2 mixer. */
    static ParameterNames mamba2(ParameterNames names, String mixer) {
        String path = "layers.{i}.mixer";
        return names.join(
                        mixer + ".in_proj.{weight,bias}",
                        path + ".input.gate.{weight,bias}",
                        path + ".input.conv.{weight,bias}",
                        path + ".input.dt.{weight,bias}")
                .map(mixer + ".conv1d.{weight,bias}", path + ".conv.{weight,bias}")
                .map(mixer + ".{A_log,D,dt_bias}", path + ".{decay,skip,stepBias}")
                .map(mixer + ".norm.weight", path + ".norm.weight")
                .map(mixer + ".out_proj.{weight,bias}", path + ".output.{weight,bias}");
    }

    /** Those around the mixers of a model that has nothing else in its blocks. */
    static ParameterNames body(ParameterNames names, boolean tied) {
        ParameterNames body = names.map("embeddings.weight", "embedding.weight")
                .map("embedding.weight", "embedding.weight") // in checkpoints of the paper's authors
                .map("layers.{i}.norm.weight", "layers.{i}.mixerNorm.weight")
                .map("norm_f.weight", "norm.weight");
        return CausalNames.of(body, "backbone.", tied);
    }

    /** Those around the mixers of a hybrid of attention and state spaces, with a feed-forward layer in each block. */
    static ParameterNames hybrid(ParameterNames names, boolean tied) {
        String layer = "layers.{i}";
        ParameterNames body = names.map("embed_tokens.weight", "embedding.weight")
                .map(layer + ".input_layernorm.weight", "layers.{i}.mixerNorm.weight")
                .map(layer + ".pre_ff_layernorm.weight", "layers.{i}.channelsNorm.weight")
                .map(layer + ".self_attn.{q,k,v}_proj.{weight,bias}", "layers.{i}.mixer.qkv.{q,k,v}.{weight,bias}")
                .map(layer + ".self_attn.o_proj.{weight,bias}", "layers.{i}.mixer.out.{weight,bias}")
                .map(
                        layer + ".feed_forward.{gate,up}_proj.{weight,bias}",
                        "layers.{i}.channels.gateUp.{gate,up}.{weight,bias}")
                .map(layer + ".feed_forward.down_proj.{weight,bias}", "layers.{i}.channels.down.{weight,bias}")
                .map("final_layernorm.weight", "norm.weight");
        return CausalNames.of(body, "model.", tied);
    }
}
