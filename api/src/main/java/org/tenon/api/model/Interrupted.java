package org.tenon.api.model;

import org.tenon.api.TenonException;

/** A thread was interrupted while it waited for a model. Its interrupt flag is set; what it waited for goes on. */
public final class Interrupted extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * An interruption.
     *
     * @param waitingFor what the thread waited for, as in "a token"
     * @param cause the interruption
     */
    public Interrupted(String waitingFor, InterruptedException cause) {
        super("interrupted while waiting for " + waitingFor, cause);
    }
}
