package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Overloaded;

/**
 * Which sequences there are and which of them come into the next step. When blocks run out, they are taken from sessions between turns, the
 * one used least lately first, then from sequences whose readers have stopped, then from younger ones; what was taken is computed again
 * later. In steady state no step costs an object. Confined to the engine's thread.
 */
final class Batch {
    private final Blocks blocks;
    private final StepRows rows;
    private final int mostSequences;
    private final long idleNanos;
    private final Consumer<Run> begun;
    private final Consumer<Outcome> finished;

    /** Without blocks or not yet begun, the oldest first. */
    private final List<Run> waiting = new ArrayList<>();

    /** With blocks, the oldest first. */
    private final List<Run> running = new ArrayList<>();

    /** Sequences of sessions between turns that hold blocks, the one used least lately first. */
    private final Set<CachedSequence> idle = new LinkedHashSet<>();

    /** Sequences of the stepper that hold blocks. */
    private final Set<CachedSequence> stepped = new LinkedHashSet<>();

    private final List<Run> inStep = new ArrayList<>();
    private final List<CachedSequence> sequencesInStep = new ArrayList<>(); // beside it, for a run may have several
    private final List<Run> decoding = new ArrayList<>();
    private final List<Run> prefilling = new ArrayList<>();
    private final int[] counts;
    private long arrivals;
    private boolean suspended;

    /**
     * An empty batch.
     *
     * @param idleNanos how long a sequence waits for its reader
     * @param begun is told of each run that leaves the queue, be it because it ends
     * @param finished is told of each run's end, for whatever reason
     */
    Batch(
            Blocks blocks,
            StepRows rows,
            int mostSequences,
            long idleNanos,
            Consumer<Run> begun,
            Consumer<Outcome> finished) {
        this.blocks = blocks;
        this.rows = rows;
        this.mostSequences = mostSequences;
        this.idleNanos = idleNanos;
        this.begun = begun;
        this.finished = finished;
        this.counts = new int[mostSequences];
    }

    void submit(Run run) {
        run.arrived(arrivals++);
        waiting.add(run);
    }

    /** Ends what was cancelled, is late, or isn't read. */
    void reap(long now) {
        reap(waiting, now);
        reap(running, now);
    }

    private void reap(List<Run> runs, long now) {
        for (int i = runs.size() - 1; i >= 0; i--) {
            Run run = runs.get(i);
            FinishReason reason = run.ending(now, idleNanos);
            if (reason != null) {
                finish(run, reason);
            }
        }
    }

    /** Nanoseconds until {@link #reap} may have something to do that nobody wakes the engine for. */
    long patience(long now) {
        long least = Long.MAX_VALUE;
        for (Run run : waiting) {
            least = Math.min(least, run.patience(now, idleNanos));
        }
        for (Run run : running) {
            least = Math.min(least, run.patience(now, idleNanos));
        }
        return least;
    }

    /** Gives blocks to those who wait, in the order of their arrival, as long as there is room. */
    void admit(long now) {
        int next = 0;
        while (next < waiting.size()) {
            Run run = waiting.get(next);
            if (run.parked(now)) {
                next++;
            } else if (admit(run, now)) {
                waiting.remove(run);
                insert(running, run);
            } else if (running.isEmpty() && run.width() > 1) {
                String message = "the caches can't hold the " + run.width()
                        + " sequences of a search that no longer share enough";
                fail(
                        run,
                        message,
                        new Overloaded(message, "raise the limit for cache bytes, or search with fewer beams"));
            } else {
                return;
            }
        }
    }

    private boolean admit(Run run, long now) {
        while (sequencesRunning() + run.width() > mostSequences) {
            if (!evictParked(now)) {
                return false;
            }
        }
        idle.remove(run.sequence());
        run.adopt(blocks);
        while (!reserve(run)) {
            if (!evictIdle() && !evictParked(now)) {
                release(run); // what is in full blocks may be found again
                return false;
            }
        }
        if (!run.begun()) {
            begun.accept(run);
            run.begin(now);
        }
        return true;
    }

    private int sequencesRunning() {
        int count = 0;
        for (int i = 0; i < running.size(); i++) {
            count += running.get(i).width();
        }
        return count;
    }

    /** Gives blocks to all sequences of a run, for what they have; false where there aren't enough. */
    private boolean reserve(Run run) {
        List<CachedSequence> sequences = run.sequences();
        for (int i = 0; i < sequences.size(); i++) {
            if (!blocks.reserve(sequences.get(i), run.keys(sequences.get(i)))) {
                return false;
            }
        }
        return true;
    }

    private void release(Run run) {
        List<CachedSequence> sequences = run.sequences();
        for (int i = 0; i < sequences.size(); i++) {
            blocks.release(sequences.get(i));
        }
    }

    /**
     * Fills the rows of the next step: first those who decode, one row each; what room is left is shared evenly by those whose prompts are
     * still to be computed, so that a long one doesn't hold up the others.
     */
    void compose(long now) {
        rows.clear();
        inStep.clear();
        sequencesInStep.clear();
        decoding.clear();
        prefilling.clear();
        for (int i = 0; i < running.size(); i++) {
            Run run = running.get(i);
            if (!run.parked(now)) {
                (run.decoding() ? decoding : prefilling).add(run);
            }
        }
        for (int i = 0; i < decoding.size(); i++) {
            include(decoding.get(i), 1, now);
        }
        for (int i = 0; i < prefilling.size() && rows.room() > 0; i++) {
            Run run = prefilling.get(i);
            int left = prefilling.size() - i;
            int share = (rows.room() + left - 1) / left;
            include(run, Math.min(share, run.pending()), now);
        }
    }

    private void include(Run run, int count, long now) {
        if (!running.contains(run)) {
            return; // an older one needed its blocks
        }
        List<CachedSequence> due = run.due();
        if (!rows.hasRoomForSource(due.getFirst())) {
            return; // an encoder computes a source whole; those before it are older
        }
        for (int i = 0; i < due.size(); i++) {
            CachedSequence sequence = due.get(i);
            while (!blocks.reserve(sequence, sequence.cached() + count)) {
                if (!evictIdle() && !evictParked(now) && !evictYounger(run)) {
                    evict(run);
                    return;
                }
            }
        }
        if (!run.decoding()) {
            rows.prefill(count);
        }
        for (int i = 0; i < due.size(); i++) {
            CachedSequence sequence = due.get(i);
            counts[inStep.size()] = count;
            inStep.add(run);
            sequencesInStep.add(sequence);
            rows.add(sequence, count, count == sequence.pending() ? 1 : 0);
        }
    }

    /** Takes what a step has computed. */
    void take(Outputs outputs) {
        outputs.begin();
        for (int i = 0; i < inStep.size(); i++) {
            CachedSequence sequence = sequencesInStep.get(i);
            sequence.computed(counts[i]);
            blocks.enter(sequence);
            if (sequence.pending() == 0) {
                next(inStep.get(i), outputs.next());
            }
        }
        inStep.clear();
        sequencesInStep.clear();
    }

    private void next(Run run, Outputs outputs) {
        try {
            FinishReason reason = run.next(outputs);
            if (reason != null) {
                finish(run, reason);
            }
        } catch (RuntimeException | Error failure) {
            fail(run, "choosing the next token failed: " + failure.getMessage(), failure);
        }
    }

    private void finish(Run run, FinishReason reason) {
        leave(run);
        Outcome outcome = run.outcome(reason);
        run.mailbox().finish(outcome);
        finished.accept(outcome);
    }

    private void fail(Run run, String message, Throwable cause) {
        leave(run);
        run.mailbox().fail(new GenerationFailed(message, cause));
        finished.accept(run.outcome(FinishReason.FAILED));
    }

    private void leave(Run run) {
        waiting.remove(run);
        running.remove(run);
        if (!run.begun()) {
            begun.accept(run);
        }
        if (!run.kept()) {
            release(run);
        } else {
            rest(run.sequence());
        }
    }

    /** A sequence without a running turn may lose its blocks. */
    private void rest(CachedSequence sequence) {
        if (sequence.cached() > 0) {
            idle.add(sequence);
        } else {
            blocks.release(sequence);
        }
    }

    /** Ends everything for a reason. */
    void finishAll(FinishReason reason) {
        List.copyOf(waiting).forEach(run -> finish(run, reason));
        List.copyOf(running).forEach(run -> finish(run, reason));
    }

    /** Ends everything with what was thrown. */
    void failAll(String message, Throwable cause) {
        for (List<Run> runs : List.of(List.copyOf(waiting), List.copyOf(running))) {
            for (Run run : runs) {
                fail(run, message, cause);
            }
        }
    }

    /** Makes a session's sequence, between turns, one of other ids. What it has in common with them stays cached. */
    void replace(CachedSequence sequence, int[] ids) {
        idle.remove(sequence);
        blocks.trim(sequence, sequence.common(ids));
        sequence.become(ids);
        rest(sequence);
    }

    /** A session's sequence is no longer wanted. */
    void forget(CachedSequence sequence) {
        for (List<Run> runs : List.of(List.copyOf(waiting), List.copyOf(running))) {
            runs.stream().filter(run -> run.sequence() == sequence).forEach(run -> finish(run, FinishReason.CANCELLED));
        }
        idle.remove(sequence);
        blocks.release(sequence);
    }

    /** Rests while a stepper has the model to itself. */
    void suspend() {
        suspended = true;
    }

    boolean suspended() {
        return suspended;
    }

    /** Goes on after the stepper, whose sequences give their blocks back. */
    void resume() {
        suspended = false;
        stepped.forEach(blocks::release);
        stepped.clear();
    }

    /** Leaves cached of a sequence of the stepper what it has in common with its ids. */
    void trimStepped(CachedSequence sequence) {
        blocks.trim(sequence, sequence.length());
    }

    /** Gives blocks to a sequence of the stepper, before which all others stand back; false where its own kind has taken all. */
    boolean reserveStepped(CachedSequence sequence, int keys) {
        while (!blocks.reserve(sequence, keys)) {
            if (!evictIdle()) {
                if (running.isEmpty()) {
                    return false;
                }
                evict(running.getLast());
            }
        }
        stepped.add(sequence);
        return true;
    }

    /** A sequence of the stepper is no longer wanted. */
    void forgetStepped(CachedSequence sequence) {
        stepped.remove(sequence);
        blocks.release(sequence);
    }

    private boolean evictIdle() {
        Iterator<CachedSequence> sequences = idle.iterator();
        if (!sequences.hasNext()) {
            return false;
        }
        blocks.release(sequences.next());
        sequences.remove();
        return true;
    }

    /** Takes the blocks of the youngest sequence whose reader has stopped. */
    private boolean evictParked(long now) {
        for (int i = running.size() - 1; i >= 0; i--) {
            Run run = running.get(i);
            if (run.parked(now) && !inStep.contains(run)) {
                evict(run);
                return true;
            }
        }
        return false;
    }

    /** Takes the blocks of the youngest sequence, if it is younger than a run. */
    private boolean evictYounger(Run run) {
        Run youngest = running.getLast();
        if (!run.older(youngest) || inStep.contains(youngest)) {
            return false;
        }
        evict(youngest);
        return true;
    }

    private void evict(Run run) {
        running.remove(run);
        insert(waiting, run);
        release(run);
    }

    private static void insert(List<Run> runs, Run run) {
        int place = runs.size();
        while (place > 0 && run.older(runs.get(place - 1))) {
            place--;
        }
        runs.add(place, run);
    }
}
