package org.tenon.models.family;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.layers.statespace.Mamba;

/**
 * Mamba (Gu and Dao 2023): selective state spaces and nothing else. Fields, defaults and names are those of {@code MambaConfig} and
 * {@code MambaForCausalLM} in Transformers 5.23.
 */
public final class MambaFamily extends MambaLike {
    /** Made by {@link java.util.ServiceLoader}. */
    public MambaFamily() {
        super("mamba", "MambaForCausalLM");
    }

    @Override
    Mamba mixer(Mamba usual, HuggingFaceFields fields) {
        return usual;
    }

    @Override
    Optional<Config> write(Config config, Mamba mixer) {
        return Optional.of(config);
    }
}
