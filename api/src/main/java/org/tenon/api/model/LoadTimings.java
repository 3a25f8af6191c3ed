package org.tenon.api.model;

import java.time.Duration;

/**
 * How long it took to load a model.
 *
 * @param reading configuration, headers of the weights, and tokenizer
 * @param preparing the device opened, kernels found, and weights arranged for them
 * @param warming memory planned, kernels bound and warmed, the engine started
 */
public record LoadTimings(Duration reading, Duration preparing, Duration warming) {
    /** {@return all parts together} */
    public Duration total() {
        return reading.plus(preparing).plus(warming);
    }
}
