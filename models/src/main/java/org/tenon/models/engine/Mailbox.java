package org.tenon.models.engine;

import java.util.ArrayDeque;
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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Token> tokens = new ArrayDeque<>();
    private Reading reading = Reading.UNDECIDED;
    private long demand;
    private boolean full;
    private boolean closed;
    private @Nullable Result result;
    private @Nullable TenonException failure;
    private volatile boolean cancelled;
    private volatile boolean finished;

    /** A box for so many tokens. */
    Mailbox(int capacity, Engine engine) {
        this.capacity = capacity;
        this.engine = engine;
    }

    // ---- the engine's side

    void put(Token token) {
        lock.lock();
        try {
            if (reading != Reading.COLLECTED && !closed) {
                tokens.add(token);
                full |= tokens.size() >= capacity;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean full() {
        lock.lock();
        try {
            return full;
        } finally {
            lock.unlock();
        }
    }

    boolean cancelled() {
        return cancelled;
    }

    void finish(Result whole) {
        end(whole, null);
    }

    void fail(TenonException reason) {
        end(null, reason);
    }

    private void end(@Nullable Result whole, @Nullable TenonException reason) {
        lock.lock();
        try {
            result = whole;
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
            case COLLECTED -> "collected by await()";
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
        boolean room = false;
        lock.lock();
        try {
            while (!closed && (tokens.isEmpty() ? !finished : demand == 0)) {
                changed.await();
            }
            if (closed || tokens.isEmpty()) {
                if (failure != null) {
                    throw failure;
                }
                return null;
            }
            demand -= demand == Long.MAX_VALUE ? 0 : 1;
            Token token = tokens.remove();
            room = full && tokens.size() <= capacity / 2;
            full &= !room;
            return token;
        } catch (InterruptedException interruption) {
            throw interrupted("a token", interruption);
        } finally {
            lock.unlock();
            if (room) {
                engine.wake();
            }
        }
    }

    /** Waits for the end. */
    Result await() {
        engine.mayWait("the end of a generation");
        lock.lock();
        try {
            if (reading == Reading.UNDECIDED) {
                reading = Reading.COLLECTED;
                tokens.clear();
                full = false;
                engine.wake();
            }
            while (!finished) {
                changed.await();
            }
            if (result == null) {
                throw failure == null ? new IllegalStateException("a generation without an end") : failure;
            }
            return result;
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
        lock.lock();
        try {
            closed = true;
            full = false;
            tokens.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (early) {
            engine.wake();
        }
    }
}
