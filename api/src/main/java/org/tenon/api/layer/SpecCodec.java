package org.tenon.api.layer;

import org.tenon.api.config.Config;

/** Writes and reads the layers that a layer holds, whatever their kind. */
public interface SpecCodec {
    /**
     * Writes a layer, with the name of its kind.
     *
     * @param spec the layer
     * @return the tree
     */
    Config write(LayerSpec spec);

    /**
     * Reads a layer of any kind.
     *
     * @param tree the tree
     * @return the layer
     */
    LayerSpec read(Config tree);
}
