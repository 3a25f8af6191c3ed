package org.tenon.models.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.model.ModelSpec;

/**
 * An architecture as a plain tree, and back: {@code vocabulary}, {@code context}, {@code stacks} (each with {@code name},
 * {@code hidden}, {@code embedding}, {@code layers}, {@code norm}) and {@code heads} by name. A layer is an object with the name of its kind
 * under {@code type}.
 */
public final class SpecTree {
    private SpecTree() {}

    /**
     * Writes an architecture.
     *
     * @param spec the architecture
     * @param layers writes the layers
     * @return the tree
     * @throws org.tenon.api.TenonException when a layer can't be written
     */
    public static Config write(ModelSpec spec, SpecCodec layers) {
        Config heads = Config.object();
        for (Map.Entry<String, LayerSpec> head : spec.heads().entrySet()) {
            heads = heads.with(head.getKey(), layers.write(head.getValue()));
        }
        List<Config> stacks = new ArrayList<>();
        for (ModelSpec.Stack stack : spec.stacks()) {
            stacks.add(Config.object()
                    .with("name", stack.name())
                    .with("hidden", stack.hidden())
                    .with("embedding", layers.write(stack.embedding()))
                    .with("layers", stack.layers().stream().map(layers::write).toList())
                    .with("norm", layers.write(stack.norm())));
        }
        return Config.object()
                .with("vocabulary", spec.vocabulary())
                .with("context", spec.context())
                .with("stacks", stacks)
                .with("heads", heads);
    }

    /**
     * Reads an architecture.
     *
     * @param tree what {@link #write} wrote; keys that it doesn't know are left alone
     * @param layers reads the layers
     * @return the architecture, not yet checked as a whole
     * @throws org.tenon.api.InvalidConfig when a value is missing or wrong
     */
    public static ModelSpec read(Config tree, SpecCodec layers) {
        List<ModelSpec.Stack> stacks = new ArrayList<>();
        for (Config stack : tree.list("stacks")) {
            stacks.add(new ModelSpec.Stack(
                    stack.text("name"),
                    stack.positive("hidden"),
                    layers.read(stack.child("embedding")),
                    stack.list("layers").stream().map(layers::read).toList(),
                    layers.read(stack.child("norm"))));
        }
        Config named = tree.child("heads");
        Map<String, LayerSpec> heads = new LinkedHashMap<>();
        named.keys().forEach(name -> heads.put(name, layers.read(named.child(name))));
        return new ModelSpec(tree.positive("vocabulary"), tree.positive("context"), stacks, heads);
    }
}
