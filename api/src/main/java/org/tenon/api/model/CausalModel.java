package org.tenon.api.model;

/** A language model, loaded: it goes on from a prompt. */
public interface CausalModel extends GenerativeModel {
    /** {@return turns that build on one another; the caller closes it} */
    Session session();
}
