package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.StepInput;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.program.KernelListener;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;

/**
 * A model that gives logits, compiled for a backend: fill the inputs, run, read the logits. Who owns which block, and what comes next in a sequence, is
 * the caller's. Used from one thread at a time; {@link #close} comes last and leaves the backend open.
 */
public final class Network implements AutoCloseable {
    private final Backend backend;
    private final Blueprint blueprint;
    private final Bounds bounds;
    private final List<KeyGroup> groups;
    private final Runner runner;
    private final Shapes shapes;
    private final Map<StepInput, Input> inputs = new HashMap<>();
    private final Input[] used;
    private final Map<KeyGroup, List<Buffer>> pools = new HashMap<>();
    private final Buffer[] states; // [slots, ...] each
    private final Output logits;
    private final Optional<BestOutput> best;
    private final Arena arena = Arena.ofShared();
    private final Routings routings;

    /**
     * The largest step, and the blocks that caches are made of.
     *
     * @param rows rows in a step
     * @param sequences sequences in a step
     * @param outputs rows whose logits are wanted in a step
     * @param blockSize positions in a block
     * @param caches the blocks of each group of caches
     * @param slots sequences whose states are kept; 0 where no layer has a state
     */
    public record Bounds(int rows, int sequences, int outputs, int blockSize, Map<KeyGroup, Cache> caches, int slots) {
        /**
         * Checks that there is something of each.
         *
         * @param rows rows in a step
         * @param sequences sequences in a step
         * @param outputs rows whose logits are wanted
         * @param blockSize positions in a block
         * @param caches the blocks of each group of caches
         * @param slots sequences whose states are kept
         */
        public Bounds {
            caches = Map.copyOf(caches);
            if (Math.min(Math.min(rows, sequences), Math.min(outputs, blockSize)) < 1) {
                throw new IllegalArgumentException("bounds are at least 1 each: " + rows + " rows, " + sequences
                        + " sequences, " + outputs + " outputs, blocks of " + blockSize);
            }
        }

        /**
         * The blocks of a group.
         *
         * @param group the group
         * @return its blocks
         */
        public Cache cache(KeyGroup group) {
            Cache cache = caches.get(group);
            if (cache == null) {
                throw new IllegalArgumentException("no blocks are given for " + group.name());
            }
            return cache;
        }

        /** The keys that one sequence can have in its table. */
        int keys(KeyGroup group) {
            return Math.multiplyExact(blockSize, cache(group).entries());
        }
    }

    /**
     * The blocks of a group of caches.
     *
     * @param blocks blocks in a pool
     * @param entries blocks that one sequence can have
     */
    public record Cache(int blocks, int entries) {
        /**
         * Checks that there are blocks.
         *
         * @param blocks blocks in a pool
         * @param entries blocks that one sequence can have
         */
        public Cache {
            if (Math.min(blocks, entries) < 1) {
                throw new IllegalArgumentException(
                        "there must be blocks, but there are " + blocks + ", and " + entries + " for a sequence");
            }
        }
    }

    private Network(
            Backend backend,
            Blueprint blueprint,
            Bounds bounds,
            Runner runner,
            Shapes shapes,
            NetworkWriter.Written written) {
        this.backend = backend;
        this.blueprint = blueprint;
        this.bounds = bounds;
        this.groups = blueprint.keyGroups();
        this.runner = runner;
        this.shapes = shapes;
        this.logits = new Output(runner.place(written.logits()), arena);
        this.best = written.best()
                .map(found -> new BestOutput(
                        runner.place(found.pairs()), runner.place(found.first()), bounds.outputs(), arena));
        StepShape largest = written.program().bounds();
        written.inputs().forEach((key, tensor) -> {
            Optional<Buffer> place = runner.uses(tensor) ? Optional.of(runner.place(tensor)) : Optional.empty();
            inputs.put(key, new Input(tensor, place, largest, arena));
        });
        this.used = inputs.values().toArray(Input[]::new);
        written.pools().values().forEach(pool -> {
            List<Buffer> places = pools.computeIfAbsent(pool.group(), group -> new ArrayList<>());
            places.add(runner.place(pool.keys()));
            places.add(runner.place(pool.values()));
        });
        this.states = written.states().values().stream().map(runner::place).toArray(Buffer[]::new);
        this.routings = new Routings(written.routings(), runner, largest, arena);
    }

    /**
     * Compiles a model.
     *
     * @param blueprint its architecture: a decoder, alone or behind an encoder, with a {@link ModelSpec#HEAD}
     * @param weights where each parameter comes from, by path, of the declared shape
     * @param backend where to run it; stays the caller's
     * @param numerics the precision that the backend was opened with
     * @param bounds the largest step
     * @param progress hears how far it has come
     * @return the network; the caller closes it
     * @throws org.tenon.api.TenonException when the backend lacks kernels or memory
     */
    public static Network build(
            Blueprint blueprint,
            Function<String, WeightSource> weights,
            Backend backend,
            Numerics numerics,
            Bounds bounds,
            Runner.Progress progress) {
        Axis axis = blueprint.stacks().getLast().axis();
        Shapes shapes = new Shapes(axis, blueprint.source(), blueprint.keyGroups(), bounds);
        NetworkWriter.Written written = new NetworkWriter(blueprint, weights, numerics, bounds, shapes.largest())
                .write(ModelSpec.HEAD, backend);
        Runner runner = Runner.of(written.program(), backend, progress);
        try {
            return new Network(backend, blueprint, bounds, runner, shapes, written);
        } catch (RuntimeException | Error failure) {
            runner.close();
            throw failure;
        }
    }

    /** {@return the caches that have block tables of their own} */
    public List<KeyGroup> groups() {
        return groups;
    }

    /**
     * The host's side of an input.
     *
     * @param input which
     * @return the input, or nothing where no layer reads it
     */
    public Optional<Input> input(StepInput input) {
        return Optional.ofNullable(inputs.get(input));
    }

    /**
     * The shape of a step, rounded up to a bucket. The caller fills what the rounding adds with padding.
     *
     * @param step what the step has
     * @return the shape; the same object for the same bucket
     */
    public StepShape shape(StepCounts step) {
        return shapes.of(step);
    }

    /**
     * Uploads the inputs, runs a step, and waits for it.
     *
     * @param shape what {@link #shape} gave
     */
    public void run(StepShape shape) {
        for (Input input : used) {
            input.upload(runner.queue(), shape);
        }
        runner.run(shape);
        runner.queue().finish();
        routings.tell(runner.queue(), shape);
    }

    /**
     * The logits of a row of the last step.
     *
     * @param output which of the rows wanted
     * @param target receives F32 {@code [vocabulary]}
     */
    public void logits(int output, float[] target) {
        logits.read(runner.queue(), output, target);
    }

    /** {@return how many of the best of each row a step finds; 0 where the backend has no kernel for that} */
    public int best() {
        return best.map(BestOutput::count).orElse(0);
    }

    /**
     * The best of the first rows of the last step, in the order of {@link org.tenon.api.op.TopK}. They are read at once, and nothing else is.
     *
     * @param rows how many of the rows wanted
     * @param count how many of each: one, or {@link #best()}
     * @param pairs receives ids and their logits, {@code [rows, count, 2]}
     */
    public void best(int rows, int count, float[] pairs) {
        best.orElseThrow(() -> new IllegalStateException("the backend has no kernel that finds the best of a row"))
                .read(runner.queue(), rows, count, pairs);
    }

    /**
     * Sets the first positions of a block to zero in all layers of a group, as they must be before another sequence gets it.
     *
     * @param group the group
     * @param block the block
     * @param positions how many
     */
    public void clear(KeyGroup group, int block, int positions) {
        List<Buffer> all = pools.getOrDefault(group, List.of());
        for (int i = 0; i < all.size(); i++) {
            clear(all.get(i), block, positions);
        }
    }

    /**
     * Copies the first positions of a block to another, in all layers of a group.
     *
     * @param group the group
     * @param from the block
     * @param to the other block
     * @param positions how many
     */
    public void copy(KeyGroup group, int from, int to, int positions) {
        List<Buffer> all = pools.getOrDefault(group, List.of());
        for (int i = 0; i < all.size(); i++) {
            Buffer pool = all.get(i); // [blocks, kvHeads, blockSize, width]
            for (int head = 0; head < pool.shape().size(1); head++) {
                long offset = pool.offset() + head * pool.spec().stride(1);
                runner.queue()
                        .copy(
                                pool.storage(),
                                offset + from * pool.spec().stride(0),
                                pool.storage(),
                                offset + to * pool.spec().stride(0),
                                positions * pool.spec().stride(2));
            }
        }
    }

    /**
     * Copies the states of a sequence to another's slot, in all layers.
     *
     * @param from the slot
     * @param to the other slot
     */
    public void copyStates(int from, int to) {
        for (Buffer state : states) {
            long bytes = state.spec().stride(0);
            runner.queue()
                    .copy(
                            state.storage(),
                            state.offset() + from * bytes,
                            state.storage(),
                            state.offset() + to * bytes,
                            bytes);
        }
    }

    /** {@code pool}: [blocks, kvHeads, blockSize, width]. */
    private void clear(Buffer pool, int block, int positions) {
        long start = pool.offset() + block * pool.spec().stride(0);
        if (positions == bounds.blockSize()) {
            runner.queue().clear(pool.storage(), start, pool.spec().stride(0));
            return;
        }
        for (int head = 0; head < pool.shape().size(1); head++) {
            long from = start + head * pool.spec().stride(1);
            runner.queue().clear(pool.storage(), from, positions * pool.spec().stride(2));
        }
    }

    /** {@return the largest step, and the blocks that caches are made of} */
    public Bounds bounds() {
        return bounds;
    }

    /** {@return the backend that the model runs on} */
    public Backend backend() {
        return backend;
    }

    /** {@return the architecture} */
    public Blueprint blueprint() {
        return blueprint;
    }

    /** {@return the bytes of device memory held beside the weights} */
    public long memoryBytes() {
        return runner.memoryBytes();
    }

    /**
     * Tells a listener what each kernel takes, from the next step on; steps take longer meanwhile.
     *
     * @param listener the listener; what it throws comes out of {@link #run}
     */
    public void listen(KernelListener listener) {
        runner.listen(listener);
    }

    /** Tells nobody any more what kernels take. Idempotent. */
    public void listenNoMore() {
        runner.listenNoMore();
    }

    /**
     * Tells a listener where routers send rows, from the next step on. From any thread.
     *
     * @param listener the listener
     */
    public void watch(RoutingListener listener) {
        routings.add(listener);
    }

    /**
     * Tells a listener no more where routers send rows. From any thread. Idempotent.
     *
     * @param listener the listener
     */
    public void watchNoMore(RoutingListener listener) {
        routings.remove(listener);
    }

    /** {@return the kernels of a step, one a line} */
    public List<String> kernels() {
        return runner.listing();
    }

    /** Gives memory back. Idempotent. */
    @Override
    public void close() {
        runner.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
