package org.tenon.api.layer;

/**
 * A layer plugin's entry, found by {@link java.util.ServiceLoader}: name it both in the module's {@code provides} and in
 * {@code META-INF/services}. Stateless and thread-safe.
 *
 * @param <S> the record that says what the layer is
 */
public interface LayerProvider<S extends LayerSpec> {
    /** {@return the layer's kind, with its codec} */
    SpecType<S> type();

    /**
     * What the layer needs: parameters, memories, signals and parts. Called before anything is allocated.
     *
     * @param spec what the layer is
     * @param dims what its surroundings are
     * @return what it needs
     * @throws InvalidLayer when the spec's values don't fit together; names the part and says why
     */
    Declaration declare(S spec, Dims dims);

    /**
     * Makes the layer.
     *
     * @param spec what the layer is
     * @param context what was declared, now there
     * @return the layer
     */
    Layer build(S spec, LayerContext context);
}
