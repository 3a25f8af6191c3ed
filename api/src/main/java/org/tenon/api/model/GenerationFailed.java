package org.tenon.api.model;

import org.tenon.api.TenonException;

/** A sequence ended because something threw: a part of the sampling chain, or the device. The cause says what. */
public final class GenerationFailed extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what failed, and what to do
     * @param cause what was thrown
     */
    public GenerationFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
