package org.tenon.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the work of one launch with the thread that launches it. Between launches they spin for a moment, so that the next
 * kernel of a step finds them awake, then they park. {@link #run} allocates nothing.
 *
 * <p>One run at a time; {@link #close} may come from any thread once no run is under way.
 */
final class WorkerPool implements AutoCloseable {
    /** Work in numbered pieces. */
    @FunctionalInterface
    interface Task {
        /**
         * Does one piece.
         *
         * @param index which piece, from 0
         * @param worker who does it, from 0; no two pieces run at once with the same worker
         */
        void run(int index, int worker);
    }

    /** Turns of the spin loop before a worker parks: some tens of microseconds, longer than the gap between two kernels. */
    private static final int SPINS = 4_000;

    /** Turns after which the caller, waiting for the last piece, lets others have the processor. */
    private static final int IMPATIENCE = 20_000;

    private static final long OPEN = 1L << 31;
    private static final long ENTERED = OPEN - 1;

    private static final Task NOTHING = (index, worker) -> {};

    /** The run's number in the upper half; below it whether workers may still join, and how many are inside. */
    private final AtomicLong state = new AtomicLong();

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Worker[] workers;
    private Task task = NOTHING;
    private int tasks;
    private volatile boolean closed;

    /**
     * Starts the threads.
     *
     * @param size how many workers, the calling thread included
     */
    WorkerPool(int size) {
        workers = new Worker[size - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].thread.start();
        }
    }

    /** {@return how many workers there are, the calling thread included} */
    int size() {
        return workers.length + 1;
    }

    /**
     * Does all pieces and returns when they are done.
     *
     * @param pieces how many
     * @param work does one
     * @throws RuntimeException what a piece threw; pieces not yet begun are left out
     */
    void run(int pieces, Task work) {
        if (closed) {
            throw new IllegalStateException("the CPU backend is closed");
        }
        if (pieces <= 1 || workers.length == 0) {
            for (int i = 0; i < pieces; i++) {
                work.run(i, 0);
            }
            return;
        }
        long idle = state.get();
        if ((idle & OPEN) != 0) {
            throw new IllegalStateException("a run of the CPU backend's pool is under way in another thread");
        }
        task = work;
        tasks = pieces;
        next.set(0);
        long opened = (((idle >>> 32) + 1) << 32) | OPEN;
        state.set(opened);
        int wanted = Math.min(workers.length, pieces - 1);
        for (int i = 0; i < wanted; i++) {
            if (workers[i].parked) {
                LockSupport.unpark(workers[i].thread);
            }
        }
        work(0);
        leave();
        task = NOTHING;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown; // a task declares no checked exception
        }
    }

    /** Takes pieces until none is left. */
    private void work(int worker) {
        try {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.run(i, worker);
            }
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
            next.set(tasks);
        }
    }

    /** Lets no more workers in and waits for those inside; yields where the machine has more to do than processors. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void leave() {
        long now = state.get();
        while (!state.compareAndSet(now, now & ~OPEN)) {
            now = state.get();
        }
        for (int turn = 0; (state.get() & ENTERED) != 0; turn++) {
            if (turn < IMPATIENCE) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
        }
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.thread.isAlive()) {
                try {
                    worker.thread.join();
                } catch (InterruptedException e) {
                    interrupted = true; // memory must not be freed under a running kernel: wait all the same
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Worker implements Runnable {
        private final int number;
        private final Thread thread;
        private volatile boolean parked;

        Worker(int number) {
            this.number = number;
            this.thread =
                    Thread.ofPlatform().name("tenon-cpu-" + number).daemon(true).unstarted(this);
        }

        @Override
        public void run() {
            long seen = 0;
            while (!closed) {
                long now = await(seen);
                seen = now >>> 32;
                if ((now & OPEN) != 0 && enter(now)) {
                    work(number);
                    state.decrementAndGet();
                }
            }
        }

        /** The state, once a run begins whose number hasn't been seen yet. */
        private long await(long seen) {
            for (int spin = 0; ; spin++) {
                long now = state.get();
                if (now >>> 32 != seen || closed) {
                    return now;
                }
                if (spin < SPINS) {
                    Thread.onSpinWait();
                    continue;
                }
                parked = true;
                if (state.get() >>> 32 == seen && !closed) { // else a run began that didn't see this worker park
                    LockSupport.park(WorkerPool.this);
                }
                parked = false;
            }
        }

        /** Joins the run unless it has ended. */
        private boolean enter(long at) {
            long now = at;
            while ((now & OPEN) != 0 && now >>> 32 == at >>> 32) {
                if (state.compareAndSet(now, now + 1)) {
                    return true;
                }
                now = state.get();
            }
            return false;
        }
    }
}
