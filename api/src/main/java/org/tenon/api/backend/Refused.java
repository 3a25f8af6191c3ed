package org.tenon.api.backend;

import org.tenon.api.TenonException;

/** A backend can't compute in the precision asked for. */
public final class Refused extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param backend the backend's name
     * @param part what was asked for and can't be had
     * @param instead what can be had
     */
    public Refused(String backend, String part, String instead) {
        super("backend " + backend + " can't compute with " + part + "; ask for " + instead);
    }
}
