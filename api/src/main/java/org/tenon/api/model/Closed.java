package org.tenon.api.model;

import org.tenon.api.TenonException;

/** A model, a session or a stepper was used after it had been closed. */
public final class Closed extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A use after the end.
     *
     * @param what what was closed, as in "the model"
     */
    public Closed(String what) {
        super(what + " has been closed; open another one");
    }
}
