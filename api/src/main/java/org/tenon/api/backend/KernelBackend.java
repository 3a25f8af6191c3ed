package org.tenon.api.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A backend that is a list of kernels. It looks them up by the op's class, and arranges weights: densely, unless a kernel asked for a layout
 * that the backend's author gave an {@link Arranger} for.
 */
public final class KernelBackend implements Backend {
    /**
     * Finds the kernel for an op on given operands.
     *
     * @param <O> the op
     * @param <I> its operands
     * @param <B> its operands once they have their places
     */
    @FunctionalInterface
    public interface KernelFinder<O, I, B extends Operands<Buffer>> {
        /**
         * Which kernel there is.
         *
         * @param op what to compute
         * @param operands the operands' specs
         * @param outputs the outputs' specs
         * @return the kernel, or why there is none
         */
        Lookup<B> find(O op, I operands, List<Tensor> outputs);
    }

    /** Arranges a weight in a layout of the backend's own. */
    @FunctionalInterface
    public interface Arranger {
        /**
         * Reads a weight and arranges it.
         *
         * @param source the weight
         * @return the arranged weight's memory, from its beginning
         */
        Storage arrange(WeightSource source);
    }

    /** Rows read at once, in bytes, when a weight is copied to the device. */
    private static final long PANEL_BYTES = 1 << 20;

    private final String name;
    private final DeviceMemory memory;
    private final Queue queue;
    private final Map<Class<?>, KernelFinder<?, ?, ?>> kernels;
    private final Map<Layout, Arranger> arrangers;
    private final Function<List<Roof.Product>, Optional<Roof>> roof;
    private final Runnable closing;

    private KernelBackend(Builder builder) {
        this.name = builder.name;
        this.memory = builder.memory;
        this.queue = builder.queue;
        this.kernels = Map.copyOf(builder.kernels);
        this.arrangers = Map.copyOf(builder.arrangers);
        this.roof = builder.roof;
        this.closing = builder.closing;
    }

    /**
     * Begins a backend.
     *
     * @param name what messages call it
     * @param memory the device's memory
     * @param queue the device's queue
     * @return a builder
     */
    public static Builder on(String name, DeviceMemory memory, Queue queue) {
        return new Builder(name, memory, queue);
    }

    /** Collects kernels. Confined to a thread. */
    public static final class Builder {
        private final String name;
        private final DeviceMemory memory;
        private final Queue queue;
        private final Map<Class<?>, KernelFinder<?, ?, ?>> kernels = new HashMap<>();
        private final Map<Layout, Arranger> arrangers = new HashMap<>();
        private Function<List<Roof.Product>, Optional<Roof>> roof = products -> Optional.empty();
        private Runnable closing = () -> {};

        private Builder(String name, DeviceMemory memory, Queue queue) {
            this.name = name;
            this.memory = memory;
            this.queue = queue;
        }

        /**
         * Adds the kernels for an op.
         *
         * @param op the op's class
         * @param finder answers which kernel there is for given operands
         * @param <O> the op
         * @param <I> its operands
         * @param <B> its operands once they have their places
         * @return this builder
         */
        public <O extends Op<I, B>, I extends Operands<Tensor>, B extends Operands<Buffer>> Builder kernel(
                Class<O> op, KernelFinder<O, I, B> finder) {
            kernels.put(op, finder);
            return this;
        }

        /**
         * Adds a layout for weights.
         *
         * @param layout its name
         * @param arranger arranges a weight in it
         * @return this builder
         */
        public Builder layout(Layout layout, Arranger arranger) {
            arrangers.put(layout, arranger);
            return this;
        }

        /**
         * Adds what measures the device's roof.
         *
         * @param measure as {@link Backend#roof}
         * @return this builder
         */
        public Builder roof(Function<List<Roof.Product>, Optional<Roof>> measure) {
            this.roof = measure;
            return this;
        }

        /**
         * Says what else to close with the backend.
         *
         * @param action runs once
         * @return this builder
         */
        public Builder closing(Runnable action) {
            this.closing = action;
            return this;
        }

        /** {@return the backend} */
        public KernelBackend build() {
            return new KernelBackend(this);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    @SuppressWarnings("unchecked") // the builder takes a finder only together with the class of its op
    public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs) {
        KernelFinder<Op<I, B>, I, B> finder = (KernelFinder<Op<I, B>, I, B>) kernels.get(op.getClass());
        return finder == null
                ? Lookup.unsupported("no kernel for " + op.getClass().getSimpleName())
                : finder.find(op, operands, outputs);
    }

    /** One copy in a layout that all uses can take where there is one, else one for each layout that some use likes best. */
    @Override
    public Prepared prepare(WeightSource source, List<WeightUse> uses) {
        Optional<Layout> common = uses.getFirst().layouts().stream()
                .filter(layout -> uses.stream().allMatch(use -> use.layouts().contains(layout)))
                .findFirst();
        Map<Layout, Buffer> arranged = new HashMap<>();
        List<Buffer> buffers = new ArrayList<>();
        for (WeightUse use : uses) {
            Layout layout = common.orElseGet(() -> use.layouts().getFirst());
            buffers.add(arranged.computeIfAbsent(layout, wanted -> arrange(source, wanted)));
        }
        return new Prepared() {
            @Override
            public Buffer buffer(int use) {
                return buffers.get(use);
            }

            @Override
            public void close() {
                arranged.values().forEach(buffer -> buffer.storage().close());
            }
        };
    }

    private Buffer arrange(WeightSource source, Layout layout) {
        Arranger arranger = arrangers.get(layout);
        if (arranger == null && !layout.equals(Layout.DENSE)) {
            throw new IllegalStateException("backend " + name + " has a kernel that takes the layout " + layout
                    + " and nothing that arranges weights so");
        }
        Storage storage = arranger == null ? copy(source) : arranger.arrange(source);
        return new Buffer(source.name(), TensorSpec.dense(source.type(), source.shape()), storage, 0, layout);
    }

    private Storage copy(WeightSource source) {
        long rowBytes = source.rowBytes();
        long panel = Math.max(1, Math.min(source.rows(), PANEL_BYTES / Math.max(1, rowBytes)));
        Storage storage = memory.allocate(source.rows() * rowBytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(panel * rowBytes, 64);
            for (long row = 0; row < source.rows(); row += panel) {
                long count = Math.min(panel, source.rows() - row);
                source.read(row, count, rows);
                queue.upload(rows, storage, row * rowBytes, count * rowBytes);
            }
        } catch (RuntimeException failure) {
            storage.close();
            throw failure;
        }
        return storage;
    }

    @Override
    public DeviceMemory memory() {
        return memory;
    }

    @Override
    public Queue queue() {
        return queue;
    }

    @Override
    public Optional<Roof> roof(List<Roof.Product> products) {
        return roof.apply(products);
    }

    @Override
    public void close() {
        closing.run();
    }
}
