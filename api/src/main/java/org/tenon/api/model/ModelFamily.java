package org.tenon.api.model;

import java.util.Optional;
import java.util.Set;
import org.tenon.api.config.Config;

/**
 * A family of models, found by {@link java.util.ServiceLoader}: it reads an architecture from a checkpoint's configuration and knows the
 * checkpoint's names. Stateless and thread-safe.
 */
public interface ModelFamily {
    /** {@return the values of {@code model_type} that the family reads} */
    Set<String> modelTypes();

    /**
     * Reads the architecture.
     *
     * @param config the checkpoint's {@code config.json}
     * @return the architecture
     * @throws org.tenon.api.TenonException when a value is missing, wrong or not supported; names file and path
     */
    ModelSpec spec(Config config);

    /**
     * Reads the architecture of a checkpoint, where the configuration alone doesn't tell everything: which heads there are, for one.
     *
     * @param config the checkpoint's {@code config.json}
     * @param tensors the names of the checkpoint's tensors
     * @return the architecture
     * @throws org.tenon.api.TenonException when a value is missing, wrong or not supported; names file and path
     */
    default ModelSpec spec(Config config, Set<String> tensors) {
        return spec(config);
    }

    /**
     * How a checkpoint names the parameters.
     *
     * @param config the checkpoint's {@code config.json}
     * @param format the checkpoint's format
     * @return the names, both ways
     */
    ParameterNames names(Config config, Format format);

    /**
     * Writes an architecture in the family's own spelling.
     *
     * @param spec the architecture
     * @return what {@link #spec} would read it from, or nothing where the family can't express it
     */
    Optional<Config> config(ModelSpec spec);
}
