package org.tenon.conformance.execution;

import org.tenon.api.TenonException;
import org.tenon.api.backend.Presence;

/** The backend that is to be tested can't be there, on this machine or with these flags. */
public final class BackendAbsent extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * An absence.
     *
     * @param backend the backend's name
     * @param presence what it says itself
     */
    public BackendAbsent(String backend, Presence presence) {
        super("backend " + backend + " can't be tested, since it isn't there: " + presence.detail());
    }
}
