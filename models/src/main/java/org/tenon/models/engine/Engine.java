package org.tenon.models.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Roof;
import org.tenon.api.model.Closed;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Interrupted;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Scores;
import org.tenon.api.program.KernelListener;

/**
 * Owns a model's batch. Any thread may hand it work; none but the device's computes. In turns it takes what was handed in, ends
 * what has to end, admits what has room, computes a step and chooses tokens. It never waits for a reader.
 */
final class Engine implements DeviceThread.Turns {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private final Computation computation;
    private final Limits limits;
    private final int vocabulary;
    private final Listeners listeners;
    private final KernelListeners kernels;
    private final StepRows rows;
    private final Batch batch;
    private final float[] logits;
    private final Scores scores;
    private final DeviceThread thread;
    private final AtomicInteger queued = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Command> inbox = new ArrayDeque<>();

    /** Whether to look under the lock: something was handed in, or the model is being closed. */
    private volatile boolean called;

    private boolean closing;
    private @Nullable Throwable fault;
    private final CountDownLatch done = new CountDownLatch(1);

    /** Something for the engine's thread to do. */
    private interface Command {
        void run();

        void refuse(TenonException reason);
    }

    /** An engine whose limits leave nothing open. Once it is started, it owns the computation. */
    Engine(
            Computation computation,
            Blocks blocks,
            Limits limits,
            int vocabulary,
            Listeners listeners,
            DeviceThread thread) {
        this.computation = computation;
        this.limits = limits;
        this.vocabulary = vocabulary;
        this.listeners = listeners;
        this.kernels = new KernelListeners(computation, this::later);
        int sequences = limits.sequences().orElseThrow();
        this.rows = new StepRows(limits.rows(), sequences, limits.outputs().orElseThrow(), blocks);
        this.batch =
                new Batch(blocks, rows, sequences, limits.idle().toNanos(), _ -> queued.decrementAndGet(), this::tell);
        this.logits = new float[vocabulary];
        this.scores = new Scores(vocabulary);
        this.thread = thread;
    }

    void start() {
        thread.join(this);
    }

    // ---- any thread

    /** Hands in a request. */
    void submit(Run run) {
        if (queued.incrementAndGet() > limits.queue()) {
            queued.decrementAndGet();
            throw new Overloaded(
                    "there are " + limits.queue() + " requests waiting already, as many as the limit for the queue",
                    "try again later, or raise the limit");
        }
        Command command = new Command() {
            @Override
            public void run() {
                batch.submit(run);
            }

            @Override
            public void refuse(TenonException reason) {
                if (reason instanceof Closed) {
                    Outcome outcome = run.outcome(FinishReason.MODEL_CLOSED);
                    run.mailbox().finish(outcome);
                    tell(outcome);
                } else {
                    run.mailbox().fail(reason);
                    tell(run.outcome(FinishReason.FAILED));
                }
            }
        };
        try {
            execute(command);
        } catch (TenonException refused) {
            queued.decrementAndGet();
            throw refused;
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

    /** Tells a listener what each kernel takes, from the next step on. */
    ModelListener.Registration profile(KernelListener listener) {
        return kernels.attach(listener);
    }

    /** Measures what the device can do at most, between two steps. */
    Optional<Roof> roof(List<Roof.Product> products) {
        return call(() -> computation.roof(products), "the roof");
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
        try {
            return future.get();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new Interrupted(what, interruption);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof TenonException refused ? refused : broken(failure.getCause());
        }
    }

    private void execute(Command command) {
        lock.lock();
        try {
            check();
            hand(command);
        } finally {
            lock.unlock();
        }
    }

    private void hand(Command command) {
        inbox.add(command);
        called = true;
        thread.wake();
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

    Batch batch() {
        return batch;
    }

    StepRows rows() {
        return rows;
    }

    /** Tells listeners how a request has ended. */
    private void tell(Outcome outcome) {
        try {
            listeners.finished(outcome.result());
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.WARNING, "The text of a result can't be told to listeners.", failure);
        }
    }

    /** Computes the rows that were filled in. */
    void compute() {
        listeners.stepping();
        long start = System.nanoTime();
        computation.run(rows);
        rows.took(System.nanoTime() - start);
        listeners.stepped(rows);
    }

    /** A row of logits of the last step, a new array. */
    float[] logits(int output) {
        float[] row = new float[vocabulary];
        computation.logits(output, row);
        return row;
    }

    @Override
    public boolean turn() {
        try {
            if (takeCommands()) {
                return step();
            }
            batch.finishAll(FinishReason.MODEL_CLOSED);
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
        return batch.patience(now);
    }

    private void failAll(Throwable failure) {
        try {
            batch.failAll(brokenBy(failure), failure);
        } catch (RuntimeException | Error another) {
            LOG.log(System.Logger.Level.ERROR, "Not every request could be told that the engine has stopped.", another);
        }
    }

    private void release() {
        try {
            computation.close();
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
            return closing ? 0 : inbox.size();
        } finally {
            lock.unlock();
        }
    }

    /** Computes a step, if there is anything to compute. */
    private boolean step() {
        long now = System.nanoTime();
        batch.reap(now);
        if (batch.suspended()) {
            return false;
        }
        batch.admit(now);
        batch.compose(now);
        if (rows.rows() == 0) {
            return false;
        }
        compute();
        batch.take(computation, logits, scores);
        return true;
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
            return inbox.poll();
        } finally {
            lock.unlock();
        }
    }
}
