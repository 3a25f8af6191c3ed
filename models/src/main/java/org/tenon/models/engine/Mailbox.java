package org.tenon.models.engine;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.model.Interrupted;
import org.tenon.api.model.Result;
import org.tenon.api.model.Token;

/**
 * What stands between the engine, which never waits here, and the reader of a sequence, who may be any thread. Once the reader is as many
 * tokens behind as there is room for, the box is full, and the engine leaves the sequence alone until half of them are read: what it
 * leaves alone may lose its cache, so it shouldn't for a token.
 *
 * <p>The engine takes the lock only where a reader waits, and at the end. What one side writes and the other reads without it is volatile, and
 * each side looks again after it has written.
 */
final class Mailbox {
    /** How the tokens are read. */
    enum Reading {
        UNDECIDED,
        ITERATED,
        PUBLISHED,
        COLLECTED
    }

    private final int capacity;
    private final Engine engine;
    private final Transcript transcript;
    private final Optional<OutputText> text;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long demand;
    private @Nullable Outcome outcome;
    private @Nullable Result result;
    private @Nullable TenonException failure;
    private volatile Reading reading = Reading.UNDECIDED;
    private volatile int taken;
    private volatile boolean waiting;
    private volatile boolean full;
    private volatile boolean closed;
    private volatile boolean cancelled;
    private volatile boolean finished;

    /** A box for so many tokens, whose reader decodes them. */
    Mailbox(int capacity, Engine engine, Transcript transcript, Optional<OutputText> text) {
        this.capacity = capacity;
        this.engine = engine;
        this.transcript = transcript;
        this.text = text;
    }

    // ---- the engine's side

    /** There is another token in the transcript. */
    void added() {
        if (waiting) {
            lock.lock();
            try {
                waiting = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    boolean full() {
        if (reading == Reading.COLLECTED || closed) {
            full = false;
        } else if (full) {
            full = behind() > capacity / 2;
        } else if (behind() >= capacity) {
            full = true;
            full = behind()
                    > capacity / 2; // the reader may have taken some before it could see that it has to wake the engine
        }
        return full;
    }

    private int behind() {
        return transcript.count() - taken;
    }

    boolean cancelled() {
        return cancelled;
    }

    void finish(Outcome whole) {
        end(whole, null);
    }

    void fail(TenonException reason) {
        end(null, reason);
    }

    private void end(@Nullable Outcome whole, @Nullable TenonException reason) {
        lock.lock();
        try {
            outcome = whole;
            failure = reason;
            finished = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the reader's side

    boolean finished() {
        return finished;
    }

    /** What came of it, once it has ended and unless it failed. */
    Optional<Result> result() {
        lock.lock();
        try {
            if (result == null && outcome != null) {
                result = outcome.result();
            }
            return Optional.ofNullable(result);
        } finally {
            lock.unlock();
        }
    }

    /** Decides how the tokens are read, once. */
    void read(Reading how) {
        lock.lock();
        try {
            if (reading != Reading.UNDECIDED) {
                throw new IllegalStateException("the tokens of a generation are read once, and these are already being "
                        + words(reading) + "; take them from there, or from the result");
            }
            reading = how;
        } finally {
            lock.unlock();
        }
    }

    private static String words(Reading reading) {
        return switch (reading) {
            case UNDECIDED -> "left";
            case ITERATED -> "iterated";
            case PUBLISHED -> "published";
            case COLLECTED -> "collected by await() or future()";
        };
    }

    /** Asks for so many tokens more. */
    void request(long count) {
        lock.lock();
        try {
            demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a token that was asked for; null at the end. */
    @Nullable Token take() {
        engine.mayWait("a token");
        lock.lock();
        try {
            while (!ready()) {
                waiting = true;
                if (!ready()) {
                    changed.await();
                }
            }
            waiting = false;
            if (closed || behind() == 0) {
                if (failure != null) {
                    throw failure;
                }
                return null;
            }
            demand -= demand == Long.MAX_VALUE ? 0 : 1;
            int next = taken;
            Token token = text.isPresent() ? transcript.token(next, text.get()) : transcript.token(next, "");
            taken = next + 1;
            return token;
        } catch (InterruptedException interruption) {
            throw interrupted("a token", interruption);
        } finally {
            lock.unlock();
            if (full && behind() <= capacity / 2) {
                engine.wake();
            }
        }
    }

    /** Whether there is no more to wait for. The end is looked at first: what is then there is all. */
    private boolean ready() {
        boolean ended = finished;
        return closed || (behind() > 0 ? demand > 0 : ended);
    }

    /** Decides that the tokens are kept in the result alone, unless somebody reads them. */
    void collect() {
        lock.lock();
        try {
            if (reading == Reading.UNDECIDED) {
                reading = Reading.COLLECTED;
                engine.wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end. */
    Result await() {
        engine.mayWait("the end of a generation");
        lock.lock();
        try {
            collect();
            while (!finished) {
                changed.await();
            }
            return result().orElseThrow(
                            () -> failure == null ? new IllegalStateException("a generation without an end") : failure);
        } catch (InterruptedException interruption) {
            throw interrupted("the end of a generation", interruption);
        } finally {
            lock.unlock();
        }
    }

    private static Interrupted interrupted(String what, InterruptedException interruption) {
        Thread.currentThread().interrupt();
        return new Interrupted(what, interruption);
    }

    void cancel() {
        if (!finished) {
            cancelled = true;
            engine.wake();
        }
    }

    /** Cancels, and drops what was not read: in this order, or the engine might take the room that is left for a reader's return. */
    void close() {
        boolean early = !finished;
        if (early) {
            cancelled = true;
        }
        closed = true;
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (early) {
            engine.wake();
        }
    }
}
