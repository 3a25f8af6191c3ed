package org.tenon.api.model;

/**
 * Is told where the routers of a model send rows, on the engine's thread, so it must not block. A listener that throws is detached and
 * logged.
 */
@FunctionalInterface
public interface RoutingListener {
    /**
     * A router has sent the rows of a step to its experts. Each step tells it of every router, in the order of the layers.
     *
     * @param layer the layer's path
     * @param rows how many rows each expert got, padding left out; used again for the next step, so copy what is to be kept
     */
    void routed(String layer, int[] rows);
}
