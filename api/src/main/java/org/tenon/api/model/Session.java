package org.tenon.api.model;

/**
 * Turns that build on one another. The sequence's cache is kept between them, so that a turn computes only what is new; when the model
 * needs the room for others meanwhile, the turn computes the rest again. For one caller at a time, from any thread.
 */
public interface Session extends AutoCloseable {
    /**
     * The next turn. A text or ids go on from all that came before. A conversation's new messages are added to those before, with the
     * model's answers in between, and the whole goes through the chat template. A session holds either conversation or text.
     *
     * @param request the turn
     * @return its output, which becomes part of the session as far as it comes
     * @throws InvalidRequest when the last turn hasn't ended, or the turn doesn't fit in the context or into the session
     * @throws Overloaded when too many requests wait
     * @throws Closed when the session or the model has been closed
     */
    Generation generate(Request request);

    /**
     * The next turn.
     *
     * @param prompt goes on from all that came before
     * @param sampling how tokens are chosen
     * @return its output
     */
    default Generation generate(String prompt, Sampling sampling) {
        return generate(Request.text(prompt).sampling(sampling));
    }

    /** {@return the ids of the sequence so far, a new array} */
    int[] ids();

    /** Ends the session and a turn that is running. Idempotent. */
    @Override
    void close();
}
