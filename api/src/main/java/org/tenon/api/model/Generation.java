package org.tenon.api.model;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A sequence that the model goes on with. Its tokens are read in one of three ways, once: by iterating, by {@link #publisher}, or
 * altogether by {@link #await} or {@link #future}. A reader who stops reading holds up nobody else: the sequence waits when it is
 * {@link Limits#buffer} tokens ahead, and after {@link Limits#idle} it ends.
 *
 * <p>A generation that isn't read to its end is to be closed, so use {@code try}; a forgotten one is returned when it is collected.
 * The methods may be called from any thread.
 */
public interface Generation extends Iterable<Token>, AutoCloseable {
    /**
     * The tokens as they come; {@code next} waits for one. For one thread at a time. The iteration ends with the sequence, for
     * whatever reason; {@link #await} then tells it. Text that was pending when a sequence was cut off (cancelled, late) is only in the
     * result.
     *
     * @return the only iterator; it throws {@link GenerationFailed} where the sequence failed, and {@link Interrupted} when its thread
     *     is interrupted while it waits
     * @throws IllegalStateException when the tokens are read in another way already
     */
    @Override
    Iterator<Token> iterator();

    /**
     * Waits for the end. Where nobody iterates or has subscribed, the tokens are kept in the result alone.
     *
     * @return what came of the request
     * @throws GenerationFailed when the sequence failed
     * @throws Interrupted when the thread is interrupted while it waits
     */
    Result await();

    /**
     * What {@link #await} returns, without waiting. Where nobody iterates or has subscribed, the tokens are kept in the result alone. What depends
     * on the future runs on a virtual thread of its own, or on the thread that adds it, never on the model's.
     *
     * @return a new future; it fails with {@link GenerationFailed} where the sequence failed. To cancel it is to {@link #cancel} the
     *     sequence
     */
    CompletableFuture<Result> future();

    /** {@return whether the sequence has ended, so that {@link #await} doesn't wait} */
    boolean finished();

    /** Ends the sequence, soon, with {@link FinishReason#CANCELLED}, unless it has ended already. Returns at once. */
    void cancel();

    /**
     * The tokens as a stream, as fast as the subscriber asks for them, on a virtual thread. Cancelling the subscription cancels the
     * sequence.
     *
     * @return a publisher for one subscriber
     * @throws IllegalStateException when the tokens are read in another way already
     */
    Flow.Publisher<Token> publisher();

    /** Cancels, and drops what was not read. Idempotent; returns at once. */
    @Override
    void close();
}
