package org.tenon.models.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Roof;
import org.tenon.api.model.Closed;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Overloaded;
import org.tenon.api.program.KernelListener;

/**
 * Owns a model's batch. Any thread may hand it work; none but the device's computes. In turns it takes what was handed in, ends
 * what has to end, admits what has room, computes a step and chooses tokens. It never waits for a reader.
 */
final class Engine implements Inbox.Owner, Blocks.Copying {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private final Computation computation;
    private final Limits limits;
    private final int vocabulary;
    private final Listeners listeners;
    private final KernelListeners kernels;
    private final StepRows rows;
    private final Batch batch;
    private final Outputs outputs;
    private final AtomicInteger queued = new AtomicInteger();

    private final Inbox inbox;

    /** An engine whose limits leave nothing open. Once it is started, it owns the computation. */
    Engine(
            Computation computation,
            Blocks blocks,
            Limits limits,
            int vocabulary,
            Listeners listeners,
            DeviceThread thread) {
        this.computation = computation;
        this.inbox = new Inbox(thread, this);
        this.limits = limits;
        this.vocabulary = vocabulary;
        this.listeners = listeners;
        this.kernels = new KernelListeners(computation, this::later);
        int sequences = limits.sequences().orElseThrow();
        this.rows = new StepRows(limits.rows(), sequences, limits.outputs().orElseThrow(), blocks);
        this.batch =
                new Batch(blocks, rows, sequences, limits.idle().toNanos(), _ -> queued.decrementAndGet(), this::tell);
        this.outputs = new Outputs(computation, rows, vocabulary);
    }

    void start() {
        inbox.start();
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
        Inbox.Command command = new Inbox.Command() {
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
            inbox.execute(command);
        } catch (TenonException refused) {
            queued.decrementAndGet();
            throw refused;
        }
    }

    /** Has something done on the engine's thread, soon, unless the model has been closed. */
    void later(Runnable task) {
        inbox.later(task);
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
        inbox.mayWait(what);
    }

    /** Runs something on the engine's thread and waits for what it gives. */
    <T> T call(Supplier<T> task, String what) {
        return inbox.call(task, what);
    }

    /** Throws once the model has been closed or has broken down. */
    void check() {
        inbox.check();
    }

    /** Makes the engine look again. */
    void wake() {
        inbox.wake();
    }

    /** Refuses new work, ends what is running, and waits until all memory has been given back, save on the device's own thread. */
    void close() {
        inbox.close();
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

    @Override
    public void copy(int group, int from, int to, int positions) {
        computation.copy(group, from, to, positions);
    }

    @Override
    public void copyStates(int from, int to) {
        computation.copyStates(from, to);
    }

    /** A row of logits of the last step, a new array. */
    float[] logits(int output) {
        float[] row = new float[vocabulary];
        computation.logits(output, row);
        return row;
    }

    @Override
    public long patience(long now) {
        return batch.patience(now);
    }

    @Override
    public void closed() {
        batch.finishAll(FinishReason.MODEL_CLOSED);
    }

    @Override
    public void broken(String message, Throwable failure) {
        batch.failAll(message, failure);
    }

    @Override
    public void release() {
        computation.close();
    }

    /** Computes a step, if there is anything to compute. */
    @Override
    public boolean step() {
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
        batch.take(outputs);
        return true;
    }
}
