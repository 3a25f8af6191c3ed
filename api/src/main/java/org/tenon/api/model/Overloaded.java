package org.tenon.api.model;

import org.tenon.api.TenonException;

/** More was asked of a model at once than its {@link Limits} allow. What was accepted before goes on. */
public final class Overloaded extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param what what there is too much of, and the limit
     * @param remedy what to do
     */
    public Overloaded(String what, String remedy) {
        super(what + "; " + remedy);
    }
}
