package org.tenon.api.layer;

import org.tenon.api.tensor.Tensor;

/** What a layer declared, now there. Names are those of the declaration; another is an error of the layer's author. */
public interface LayerContext {
    /** {@return what the layer's surroundings are} */
    Dims dims();

    /**
     * A parameter, its own or a shared one.
     *
     * @param name its name
     * @return a matrix in the type that it is stored in, all else in F32
     */
    Tensor parameter(String name);

    /**
     * A projection.
     *
     * @param name its name
     * @return the projection
     */
    Projection projection(String name);

    /**
     * A layer inside.
     *
     * @param name its name
     * @return the layer
     */
    Layer child(String name);

    /**
     * What is kept for each sequence.
     *
     * @param name its name
     * @return a handle for {@link Step#keys}
     */
    Memory memory(String name);
}
