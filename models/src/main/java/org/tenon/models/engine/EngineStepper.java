package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tenon.api.model.Closed;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Overloaded;
import org.tenon.api.model.Stepper;

/** The exclusive door: its steps run on the engine's thread, one after another, while the batch rests. */
final class EngineStepper implements Stepper {
    private final Engine engine;
    private final Limits limits;
    private final Prompts prompts;
    private final Blocks blocks;
    private final int context;
    private final Set<Opened> opened = new HashSet<>();
    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;
    private boolean closed;

    private EngineStepper(Engine engine, Limits limits, Prompts prompts, Blocks blocks, Cleaner cleaner) {
        this.engine = engine;
        this.limits = limits;
        this.prompts = prompts;
        this.blocks = blocks;
        this.context = limits.context().orElseThrow();
        this.forgotten = new Forgotten("stepper", () -> {
            engine.later(engine.batch()::resume);
            return true;
        });
        this.cleanable = cleaner.register(this, forgotten);
    }

    static EngineStepper open(Engine engine, Limits limits, Prompts prompts, Blocks blocks, Cleaner cleaner) {
        return engine.call(
                () -> {
                    if (engine.batch().suspended()) {
                        throw new Overloaded("a stepper of the model is open already", "close it first");
                    }
                    engine.batch().suspend();
                    return new EngineStepper(engine, limits, prompts, blocks, cleaner);
                },
                "a stepper");
    }

    private static final class Opened implements Sequence {
        private final EngineStepper stepper;
        private final CachedSequence tokens;

        Opened(EngineStepper stepper, int[] source) {
            this.stepper = stepper;
            this.tokens = stepper.blocks.sequence(source);
        }

        @Override
        public int length() {
            return tokens.length();
        }

        @Override
        public void truncate(int length) {
            if (length < 0 || length > tokens.length()) {
                throw new InvalidRequest(
                        "a sequence is truncated to a length from 0 to " + tokens.length() + ", not to " + length);
            }
            tokens.truncate(length);
        }

        @Override
        public void close() {
            if (stepper.opened.remove(this)) {
                stepper.engine.later(() -> stepper.engine.batch().forgetStepped(tokens));
            }
        }
    }

    private void check() {
        if (closed) {
            throw new Closed("the stepper");
        }
    }

    @Override
    public Sequence open() {
        return open(new int[0]);
    }

    @Override
    public Sequence open(int[] source) {
        check();
        int[] encoded = source.clone();
        prompts.checkSource(encoded);
        int most = limits.sequences().orElseThrow();
        if (opened.size() >= most) {
            throw new Overloaded(
                    "the stepper has " + most + " sequences, as many as the limit for sequences",
                    "close one, or raise the limit");
        }
        Opened sequence = new Opened(this, encoded);
        opened.add(sequence);
        return sequence;
    }

    /** Rows of a step that have been checked. */
    private record Rows(CachedSequence sequence, Chunk chunk) {
        int[] ids() {
            return chunk.ids();
        }
    }

    @Override
    public float[][] step(List<Chunk> chunks) {
        check();
        List<Rows> rows = checked(chunks);
        try {
            return engine.call(() -> compute(rows), "a step");
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private List<Rows> checked(List<Chunk> chunks) {
        List<Rows> checked = new ArrayList<>();
        Set<Sequence> seen = new HashSet<>();
        long rows = 0;
        long outputs = 0;
        long sources = 0;
        for (Chunk chunk : chunks) {
            int[] ids = chunk.ids();
            if (!(chunk.sequence() instanceof Opened sequence) || !opened.contains(sequence)) {
                throw new InvalidRequest("a chunk must be of a sequence that this stepper has open, but is of another");
            }
            if (!seen.add(sequence)) {
                throw new InvalidRequest("a step must have at most one chunk of a sequence, but has two; join them");
            }
            if (ids.length == 0) {
                throw new InvalidRequest("a chunk must have at least one token, but is empty");
            }
            long length = (long) sequence.length() + ids.length;
            if (length > context) {
                throw new InvalidRequest(
                        "a sequence must fit in the context of " + context + " tokens, but would have " + length);
            }
            prompts.checkIds(ids);
            rows += ids.length;
            sources += sequence.tokens.unencoded();
            outputs += chunk.outputs();
            checked.add(new Rows(sequence.tokens, chunk));
        }
        atMost(rows, limits.rows(), "rows");
        atMost(sources, limits.rows(), "rows");
        atMost(outputs, limits.outputs().orElseThrow(), "outputs");
        return checked;
    }

    private static void atMost(long count, int most, String what) {
        if (count > most) {
            throw new InvalidRequest("a step must have at most " + most + " " + what + ", but has " + count
                    + "; take several steps, or load the model with a higher limit for " + what);
        }
    }

    private float[][] compute(List<Rows> chunks) {
        if (chunks.isEmpty()) {
            return new float[0][];
        }
        for (Rows chunk : chunks) {
            catchUp(chunk.sequence());
        }
        for (Rows chunk : chunks) {
            reserve(chunk.sequence(), chunk.sequence().length() + chunk.ids().length);
        }
        StepRows rows = engine.rows();
        rows.clear();
        for (Rows chunk : chunks) {
            int[] ids = chunk.ids();
            for (int id : ids) {
                chunk.sequence().append(id);
            }
            rows.add(chunk.sequence(), ids.length, chunk.chunk().outputs());
            rows.prefill(ids.length > 1 ? ids.length : 0);
        }
        engine.compute();
        chunks.forEach(chunk -> chunk.sequence().computed(chunk.ids().length));
        float[][] logits = new float[rows.outputs()][];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = engine.logits(i);
        }
        return logits;
    }

    /** Computes what a truncated sequence has lost beside its last tokens: keys that a window had left behind. */
    private void catchUp(CachedSequence sequence) {
        engine.batch().trimStepped(sequence);
        while (sequence.pending() > 0) {
            int count = Math.min(sequence.pending(), limits.rows());
            reserve(sequence, sequence.cached() + count);
            engine.rows().clear();
            engine.rows().add(sequence, count, 0);
            engine.rows().prefill(count);
            engine.compute();
            sequence.computed(count);
        }
    }

    private void reserve(CachedSequence sequence, int keys) {
        if (!engine.batch().reserveStepped(sequence, keys)) {
            throw new Overloaded("the caches are full", "close a sequence, or raise the limit for cache bytes");
        }
    }

    @Override
    public void close() {
        closed = true;
        opened.clear();
        forgotten.remembered();
        cleanable.clean();
    }
}
