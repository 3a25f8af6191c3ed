package org.tenon.models.family;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.statespace.Mamba.SelectionNorm;

/**
 * FalconMamba (Zuo et al. 2024): Mamba with RMS norms, without weights, of what steers the scan. Fields, defaults and names are those of
 * {@code FalconMambaConfig} and {@code FalconMambaForCausalLM} in Transformers 5.23.
 */
public final class FalconMamba extends MambaLike {
    /** Made by {@link java.util.ServiceLoader}. */
    public FalconMamba() {
        super("falcon_mamba", "FalconMambaForCausalLM");
    }

    @Override
    Mamba mixer(Mamba usual, HuggingFaceFields fields) {
        return usual.norm(new SelectionNorm(fields.epsilon("mixer_rms_eps", 1e-6), false));
    }

    @Override
    Optional<Config> write(Config config, Mamba mixer) {
        return mixer.norm().map(norm -> config.with("mixer_rms_eps", norm.epsilon()));
    }
}
