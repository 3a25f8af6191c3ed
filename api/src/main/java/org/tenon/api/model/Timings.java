package org.tenon.api.model;

import java.time.Duration;

/**
 * How long a request took.
 *
 * @param queued from the request to its first step
 * @param prefill from there to the first token
 * @param decode from the first token to the end
 */
public record Timings(Duration queued, Duration prefill, Duration decode) {
    /** {@return from the request to the end} */
    public Duration total() {
        return queued.plus(prefill).plus(decode);
    }
}
