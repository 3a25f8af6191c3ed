package org.tenon.models.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tenon.api.TenonException;
import org.tenon.api.model.Closed;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Overloaded;
import org.tenon.models.assembly.EncoderNetwork;

/**
 * Owns an encoder's batch. Any thread may hand it sequences; in a turn it fills a step with those that wait, in their order, until one doesn't fit,
 * computes it and hands out what came of each.
 */
final class EncoderEngine implements Inbox.Owner {
    private final EncoderNetwork network;
    private final Runnable release;
    private final Limits limits;
    private final Listeners listeners;
    private final Inbox inbox;
    private final AtomicInteger queued = new AtomicInteger();
    private final EncoderRows rows;
    private final Deque<EncoderJob> waiting = new ArrayDeque<>(); // the engine's thread alone

    /** An engine whose limits leave nothing open. Once it is started, it owns the network, and what {@code release} gives back after it. */
    EncoderEngine(EncoderNetwork network, Runnable release, Limits limits, Listeners listeners, DeviceThread thread) {
        this.network = network;
        this.release = release;
        this.limits = limits;
        this.listeners = listeners;
        this.inbox = new Inbox(thread, this);
        this.rows = new EncoderRows(network, limits.rows(), limits.sequences().orElseThrow());
    }

    void start() {
        inbox.start();
    }

    // ---- any thread

    void check() {
        inbox.check();
    }

    void close() {
        inbox.close();
    }

    /** Encodes sequences and waits for them. */
    List<Encoded> encode(List<EncoderJob> jobs) {
        inbox.mayWait("an encoder");
        submit(jobs);
        boolean done = false;
        try {
            List<Encoded> results = new ArrayList<>();
            for (EncoderJob job : jobs) {
                results.add(Inbox.await(job.result(), "an encoder"));
            }
            done = true;
            return results;
        } finally {
            if (!done) {
                jobs.forEach(job -> job.result().cancel(false)); // those that wait are dropped
            }
        }
    }

    private void submit(List<EncoderJob> jobs) {
        if (queued.addAndGet(jobs.size()) > limits.queue()) {
            queued.addAndGet(-jobs.size());
            throw new Overloaded(
                    "with these " + jobs.size() + " more than " + limits.queue()
                            + " sequences would wait, the limit for the queue",
                    "hand in fewer at once, try again later, or raise the limit");
        }
        try {
            inbox.execute(new Inbox.Command() {
                @Override
                public void run() {
                    waiting.addAll(jobs);
                }

                @Override
                public void refuse(TenonException reason) {
                    fail(jobs, reason);
                }
            });
        } catch (TenonException refused) {
            queued.addAndGet(-jobs.size());
            throw refused;
        }
    }

    private static void fail(Iterable<EncoderJob> jobs, TenonException reason) {
        jobs.forEach(job -> job.result().completeExceptionally(reason));
    }

    // ---- the engine's thread

    @Override
    public boolean step() {
        rows.clear();
        while (!waiting.isEmpty()) {
            EncoderJob next = waiting.getFirst();
            boolean wanted = !next.result().isDone();
            if (wanted && !rows.fits(next)) {
                break;
            }
            waiting.removeFirst();
            queued.decrementAndGet();
            if (wanted) {
                rows.add(next);
            }
        }
        if (rows.rows() == 0) {
            return false;
        }
        listeners.stepping();
        rows.compute();
        List<Encoded> results = rows.results();
        listeners.stepped(rows);
        for (int i = 0; i < results.size(); i++) {
            rows.jobs().get(i).result().complete(results.get(i));
        }
        return true;
    }

    /** Nothing comes to do that the thread isn't woken for. */
    @Override
    public long patience(long now) {
        return Long.MAX_VALUE;
    }

    @Override
    public void closed() {
        fail(waiting, new Closed("the model"));
    }

    @Override
    public void broken(String message, Throwable failure) {
        TenonException reason = new GenerationFailed(message, failure);
        fail(rows.jobs(), reason);
        fail(waiting, reason);
    }

    @Override
    public void release() {
        try {
            network.close();
        } finally {
            release.run();
        }
    }
}
