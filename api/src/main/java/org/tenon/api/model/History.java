package org.tenon.api.model;

/** The ids of a sequence so far, prompt and output. Confined to the engine's thread. */
public interface History {
    /** {@return how many ids there are: the position of the next one} */
    int length();

    /** {@return how many of them are the prompt; in a session, all that came before this turn's output} */
    int promptLength();

    /**
     * An id.
     *
     * @param position its place in the sequence
     * @return the id
     */
    int id(int position);

    /**
     * How often an id occurs.
     *
     * @param id the id
     * @return its occurrences in prompt and output
     */
    int count(int id);

    /** {@return how many different ids there are} */
    int distinct();

    /**
     * One of the different ids.
     *
     * @param index its place among them, in the order of their first occurrence
     * @return the id
     */
    int distinct(int index);
}
