package org.tenon.models.assembly;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;

/**
 * A layer of a {@link Blueprint}: what it is, where it stands, and what it declared. Immutable.
 *
 * @param path where it stands, {@code layers.3.mixer}; its parameters and memories are named below it
 * @param spec what it is
 * @param provider makes it
 * @param dims what its surroundings are
 * @param declaration what it needs
 * @param children the layers inside, by the names of the declaration, in order
 * @param <S> the record that says what the layer is
 */
public record LayerNode<S extends LayerSpec>(
        String path,
        S spec,
        LayerProvider<S> provider,
        Dims dims,
        Declaration declaration,
        Map<String, LayerNode<?>> children) {
    /**
     * Copies the map.
     *
     * @param path where it stands
     * @param spec what it is
     * @param provider makes it
     * @param dims what its surroundings are
     * @param declaration what it needs
     * @param children the layers inside
     */
    public LayerNode {
        children = Collections.unmodifiableMap(new LinkedHashMap<>(children));
    }

    /**
     * The path of something that the layer declared.
     *
     * @param name its name in the declaration
     * @return its path in the model
     */
    public String path(String name) {
        return path + "." + name;
    }

    /**
     * Makes the layer.
     *
     * @param context what was declared, now there
     * @return the layer
     */
    public Layer build(LayerContext context) {
        return provider.build(spec, context);
    }

    /** {@return this layer and all inside it, each before those inside it} */
    public Stream<LayerNode<?>> all() {
        return Stream.concat(Stream.of(this), children.values().stream().flatMap(LayerNode::all));
    }
}
