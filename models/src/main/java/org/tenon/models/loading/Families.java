package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.models.plugin.Plugins;

/** The model families there are. Thread-safe. */
public final class Families {
    private final Plugins<ModelFamily> plugins;

    /**
     * The families of some plugins.
     *
     * @param plugins the plugins
     */
    public Families(Plugins<ModelFamily> plugins) {
        this.plugins = plugins;
    }

    /**
     * The family that reads a configuration.
     *
     * @param config a checkpoint's {@code config.json}
     * @return its family
     * @throws org.tenon.api.TenonException when no family reads its {@code model_type}; names those that are there
     */
    public ModelFamily of(Config config) {
        String type = config.text("model_type");
        for (ModelFamily family : plugins.providers()) {
            if (family.modelTypes().contains(type)) {
                return family;
            }
        }
        TreeSet<String> known = new TreeSet<>();
        plugins.providers().forEach(family -> known.addAll(family.modelTypes()));
        String problems = plugins.problems().isEmpty()
                ? ""
                : ". Plugins that could not be loaded: " + String.join("; ", plugins.problems());
        throw new InvalidConfig(
                config.source(),
                "no family that is there knows the model_type " + config.child("model_type") + "; they know "
                        + String.join(", ", known) + ". Add a plugin with a family of it" + problems);
    }

    /** A family with a configuration that it reads an architecture from. */
    record Spelling(ModelFamily family, Config config) {}

    /** The spelling of an architecture: the origin's family first, one that expresses it otherwise. */
    Spelling spelling(ModelSpec spec, Optional<ModelFamily> origin) {
        List<ModelFamily> order = new ArrayList<>();
        origin.ifPresent(order::add);
        order.addAll(plugins.providers());
        for (ModelFamily family : order) {
            Optional<Config> config = family.config(spec);
            if (config.isPresent()) {
                return new Spelling(family, config.get());
            }
        }
        throw new IllegalStateException("no family can write " + spec);
    }
}
