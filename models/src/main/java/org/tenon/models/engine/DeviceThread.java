package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that issues work to a device. The engines of all models there take turns on it, a step each. It begins with the first
 * engine and ends with the last. Thread-safe.
 */
public final class DeviceThread {
    private static final System.Logger LOG = System.getLogger(DeviceThread.class.getName());
    private static final Turns[] NOBODY = {};

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final List<Turns> joined = new ArrayList<>();
    private Turns[] round = NOBODY;
    private boolean signalled;
    private volatile @Nullable Thread thread;

    /** Who takes turns. */
    interface Turns {
        /** Does what there is to do, a step at the most; whether there may be more to do at once. Throws nothing. */
        boolean turn();

        /** Nanoseconds after which there may be something to do that nobody wakes the thread for. */
        long patience(long now);
    }

    /**
     * A thread that has nothing to do yet.
     *
     * @param device what the thread is named after
     */
    public DeviceThread(String device) {
        this.name = "tenon-engine-" + device;
    }

    /** Lets somebody take turns from now on. */
    void join(Turns engine) {
        lock.lock();
        try {
            joined.add(engine);
            round = joined.toArray(NOBODY);
            signalled = true;
            work.signal();
            if (thread == null) {
                Thread started = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
                thread = started;
                started.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more turns. */
    void leave(Turns engine) {
        lock.lock();
        try {
            joined.remove(engine);
            round = joined.toArray(NOBODY);
        } finally {
            lock.unlock();
        }
    }

    /** Makes the thread look again. */
    void wake() {
        lock.lock();
        try {
            signalled = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this is the thread, which would wait for itself. */
    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    private void loop() {
        boolean busy = true;
        for (Turns[] all = next(NOBODY, busy); all.length > 0; all = next(all, busy)) {
            busy = false;
            for (Turns engine : all) {
                busy |= engine.turn();
            }
        }
    }

    /** Waits until somebody has something to do; tells who takes part in the next round, nobody at the end. */
    private Turns[] next(Turns[] last, boolean busy) {
        long patience = busy ? 0 : patience(last);
        lock.lock();
        try {
            while (!signalled && patience > 0 && round.length > 0) {
                patience = work.awaitNanos(patience);
            }
            signalled = false;
            if (round.length == 0) {
                thread = null;
            }
            return round;
        } catch (InterruptedException interruption) {
            // only code on this thread can have asked for it; looking around once more does no harm
            LOG.log(System.Logger.Level.DEBUG, "The engine ignores an interruption.", interruption);
            return last;
        } finally {
            lock.unlock();
        }
    }

    private static long patience(Turns[] all) {
        long now = System.nanoTime();
        long least = Long.MAX_VALUE;
        for (Turns engine : all) {
            least = Math.min(least, engine.patience(now));
        }
        return least;
    }
}
