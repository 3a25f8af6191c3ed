package org.tenon.models.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.model.Closed;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Interrupted;

/**
 * What any thread hands to a model's engine, and how the engine ends. In a turn on the device's thread it runs what was handed in, then lets the
 * engine compute a step; once the model is closed, or has broken down, it has everything ended and given back.
 */
final class Inbox implements DeviceThread.Turns {
    private static final System.Logger LOG = System.getLogger(Inbox.class.getName());

    private final DeviceThread thread;
    private final Owner owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Command> commands = new ArrayDeque<>();

    /** Whether to look under the lock: something was handed in, or the model is being closed. */
    private volatile boolean called;

    private boolean closing;
    private @Nullable Throwable fault;
    private final CountDownLatch done = new CountDownLatch(1);

    /** Something for the engine's thread to do. */
    interface Command {
        void run();

        void refuse(TenonException reason);
    }

    /** An engine, called on the device's thread alone. */
    interface Owner {
        /** Computes a step at the most; whether there may be more to do at once. What it throws is the end of the engine. */
        boolean step();

        /** Nanoseconds after which there may be something to do that nobody wakes the thread for. */
        long patience(long now);

        /** Ends what is running, because the model is closed. */
        void closed();

        /** Ends what is running, because the engine has thrown something. */
        void broken(String message, Throwable failure);

        /** Gives all memory back. */
        void release();
    }

    Inbox(DeviceThread thread, Owner owner) {
        this.thread = thread;
        this.owner = owner;
    }

    void start() {
        thread.join(this);
    }

    // ---- any thread

    /** Has something done on the engine's thread. */
    void execute(Command command) {
        lock.lock();
        try {
            check();
            hand(command);
        } finally {
            lock.unlock();
        }
    }

    /** Has something done on the engine's thread, soon, unless the model has been closed: then there is nothing left to do. */
    void later(Runnable task) {
        Command command = new Command() {
            @Override
            public void run() {
                task.run();
            }

            @Override
            public void refuse(TenonException reason) {
                // all that could be given back is given back with the model
            }
        };
        lock.lock();
        try {
            if (!closing) {
                hand(command);
            }
        } finally {
            lock.unlock();
        }
    }

    private void hand(Command command) {
        commands.add(command);
        called = true;
        thread.wake();
    }

    /** Throws on the engine's own thread, which would wait for itself. */
    void mayWait(String what) {
        if (thread.isCurrent()) {
            throw new IllegalStateException("a listener or a part of the sampling chain can't wait for " + what
                    + ": it would wait for itself; use another thread");
        }
    }

    /** Runs something on the engine's thread and waits for what it gives. */
    <T> T call(Supplier<T> task, String what) {
        mayWait(what);
        CompletableFuture<T> future = new CompletableFuture<>();
        execute(new Command() {
            @Override
            public void run() {
                try {
                    future.complete(task.get());
                } catch (TenonException refused) {
                    future.completeExceptionally(refused);
                } catch (RuntimeException | Error broken) {
                    future.completeExceptionally(broken);
                    throw broken;
                }
            }

            @Override
            public void refuse(TenonException reason) {
                future.completeExceptionally(reason);
            }
        });
        return await(future, what);
    }

    /** Waits for what the engine's thread gives. */
    static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new Interrupted(what, interruption);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof TenonException refused ? refused : broken(failure.getCause());
        }
    }

    /** Throws once the model has been closed or has broken down. */
    void check() {
        lock.lock();
        try {
            if (fault != null) {
                throw broken(fault);
            }
            if (closing) {
                throw new Closed("the model");
            }
        } finally {
            lock.unlock();
        }
    }

    private static GenerationFailed broken(@Nullable Throwable cause) {
        Throwable known = cause == null ? new IllegalStateException("no cause") : cause;
        return new GenerationFailed(brokenBy(known), known);
    }

    private static String brokenBy(Throwable cause) {
        return "the model has stopped working and is to be closed: " + cause;
    }

    /** Makes the engine look again. */
    void wake() {
        thread.wake();
    }

    /** Refuses new work, ends what is running, and waits until all memory has been given back, save on the device's own thread. */
    void close() {
        lock.lock();
        try {
            closing = true;
            called = true;
        } finally {
            lock.unlock();
        }
        thread.wake();
        if (thread.isCurrent()) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException interruption) {
                interrupted = true; // memory must not be given back under a running step, nor be left behind
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the engine's thread

    @Override
    public boolean turn() {
        try {
            if (takeCommands()) {
                return owner.step();
            }
            owner.closed();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The engine has stopped.", failure);
            stop(failure);
            failAll(failure);
        }
        try {
            refuseRest();
        } finally {
            release();
        }
        return false;
    }

    @Override
    public long patience(long now) {
        return owner.patience(now);
    }

    private void failAll(Throwable failure) {
        try {
            owner.broken(brokenBy(failure), failure);
        } catch (RuntimeException | Error another) {
            LOG.log(System.Logger.Level.ERROR, "Not every request could be told that the engine has stopped.", another);
        }
    }

    private void release() {
        try {
            owner.release();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "Memory of a model could not be given back.", failure);
        } finally {
            thread.leave(this);
            done.countDown();
        }
    }

    /** Runs what has been handed in so far. False at the end. */
    private boolean takeCommands() {
        if (!called) {
            return true;
        }
        called = false;
        for (int left = waitingCommands(); left > 0; left--) {
            Command command = poll();
            if (command != null) {
                command.run();
            }
        }
        lock.lock();
        try {
            return !closing;
        } finally {
            lock.unlock();
        }
    }

    /** How many commands there are; none once the model is being closed: they are refused. */
    private int waitingCommands() {
        lock.lock();
        try {
            return closing ? 0 : commands.size();
        } finally {
            lock.unlock();
        }
    }

    private void stop(Throwable failure) {
        lock.lock();
        try {
            fault = failure;
            closing = true;
        } finally {
            lock.unlock();
        }
    }

    private void refuseRest() {
        TenonException reason;
        lock.lock();
        try {
            reason = fault == null ? new Closed("the model") : broken(fault);
        } finally {
            lock.unlock();
        }
        for (Command command = poll(); command != null; command = poll()) {
            command.refuse(reason);
        }
    }

    private @Nullable Command poll() {
        lock.lock();
        try {
            return commands.poll();
        } finally {
            lock.unlock();
        }
    }
}
