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

    /**
     * A second session that goes on from here, as this one does, and independently of it. Full blocks of the cache serve both where no
     * layer sees a window; the rest is computed again at the next turn.
     *
     * @return the other session; the caller closes it
     * @throws InvalidRequest when the last turn hasn't ended
     * @throws Closed when the session or the model has been closed
     */
    Session fork();

    /**
     * Forgets the last tokens, as if they had never been. For text and ids; a conversation goes back to a {@link #snapshot}. Waits for the
     * step that is under way.
     *
     * @param length how many tokens stay, from zero to the present number
     * @throws InvalidRequest when it is out of that range, the last turn hasn't ended, or the session holds a conversation
     * @throws Closed when the session or the model has been closed
     * @throws Interrupted when the thread is interrupted while it waits
     */
    void truncate(int length);

    /**
     * Where the session stands: a value that holds nothing open, to be kept as long as one likes.
     *
     * @return the state, for {@link #restore} of this session or of another
     * @throws InvalidRequest when the last turn hasn't ended
     * @throws Closed when the session has been closed
     */
    Snapshot snapshot();

    /**
     * Goes back, or over, to where a session stood. What the cache still holds of it is not computed again. Waits for the step that is
     * under way.
     *
     * @param snapshot the state, of a session of this model or of one with the same tokenizer
     * @throws InvalidRequest when the last turn hasn't ended, or the state doesn't fit in the context or holds ids that don't exist
     * @throws Closed when the session or the model has been closed
     * @throws Interrupted when the thread is interrupted while it waits
     */
    void restore(Snapshot snapshot);

    /** Ends the session and a turn that is running. Idempotent. */
    @Override
    void close();
}
