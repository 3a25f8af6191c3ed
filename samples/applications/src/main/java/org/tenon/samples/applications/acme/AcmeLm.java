package org.tenon.samples.applications.acme;

import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.swiGlu;

import java.util.Optional;
import java.util.Set;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.models.architecture.Architecture;

/** A family: {@code config.json} in, architecture out, and the checkpoint's names. */
public final class AcmeLm implements ModelFamily {
    /** Made by {@link java.util.ServiceLoader}. */
    public AcmeLm() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("acme-lm");
    }

    @Override
    public ModelSpec spec(Config c) {
        return Architecture.decoder(c.positive("d_model"), c.positive("n_vocab"))
                .context(c.positive("n_ctx"))
                .norm(new DynamicTanh(c.decimal("alpha", 0.5)))
                .layers(
                        c.positive("n_layer"),
                        i -> block(
                                attention(c.positive("n_head")).rope(c.decimal("theta", 10_000)),
                                swiGlu(c.positive("d_ff"))))
                .tiedHead()
                .build();
    }

    @Override
    public ParameterNames names(Config c, Format format) {
        return ParameterNames.names()
                .map("wte", "embedding.weight")
                .map("h.{i}.attn.{q,k,v}", "layers.{i}.mixer.qkv.{q,k,v}.weight")
                .map("h.{i}.attn.o", "layers.{i}.mixer.out.weight")
                .map("h.{i}.mlp.{gate,up}", "layers.{i}.channels.gateUp.{gate,up}.weight")
                .map("h.{i}.mlp.down", "layers.{i}.channels.down.weight")
                .map("h.{i}.{ln1,ln2}", "layers.{i}.{mixerNorm,channelsNorm}.weight")
                .map("ln_f", "norm.weight");
    }

    @Override
    public Optional<Config> config(ModelSpec spec) {
        return Optional.empty();
    }
}
