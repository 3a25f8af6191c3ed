package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.KeyView;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.Projection;
import org.tenon.api.layer.Signal;
import org.tenon.api.layer.StateView;
import org.tenon.api.layer.Step;
import org.tenon.api.layer.StepInput;
import org.tenon.api.op.Ops;
import org.tenon.api.op.TopK;
import org.tenon.api.op.Unary;
import org.tenon.api.program.Program;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** Builds the layers of a blueprint and lets them write the model's program. Used once. */
final class NetworkWriter {
    /** As many of the best of a row as the settings that models are published with choose from, which is 50 at most, and then some. */
    private static final int BEST = 64;

    /** The pools of a cache. */
    record Pools(KeyGroup group, Tensor keys, Tensor values) {}

    private final Blueprint blueprint;
    private final Numerics numerics;
    private final Network.Bounds bounds;
    private final ProgramWriter writer;
    private final Parameters parameters;
    private final Map<StepInput, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, Pools> pools = new LinkedHashMap<>();
    private final Map<String, Tensor> states = new LinkedHashMap<>();
    private final Map<Signal, Tensor> signals = new HashMap<>();
    private final List<Routings.Routing> routings = new ArrayList<>();

    NetworkWriter(
            Blueprint blueprint,
            Function<String, WeightSource> weights,
            Numerics numerics,
            Network.Bounds bounds,
            StepShape largest) {
        this.blueprint = blueprint;
        this.numerics = numerics;
        this.bounds = bounds;
        this.writer = new ProgramWriter(largest, numerics.activations());
        this.parameters = new Parameters(blueprint, weights, writer);
    }

    /**
     * What was written.
     *
     * @param program the program
     * @param inputs what the host brings
     * @param pools the caches by site
     * @param states the states {@code [slots, ...]} by site
     * @param logits {@code [outputs, vocabulary]}
     * @param best the best of each row; nothing where the backend has no kernel for them
     * @param routings where routers send rows, in the order of the layers
     */
    record Written(
            Program program,
            Map<StepInput, Tensor> inputs,
            Map<String, Pools> pools,
            Map<String, Tensor> states,
            Tensor logits,
            Optional<Best> best,
            List<Routings.Routing> routings) {}

    /**
     * The best of each row of the logits. Ids are F32, which holds as many as {@link TopK} takes, so that one tensor has both.
     *
     * @param pairs ids and logits {@code [outputs, k, 2]}
     * @param first those of the first {@code [outputs, 2]}, which lie together and so are read at once
     */
    record Best(Tensor pairs, Tensor first) {}

    /**
     * Each stack in turn: embedding and layers, then the norm; of the last one norm and head on the rows whose output is wanted, and for a backend with a
     * kernel for it the best of these.
     */
    Written write(String head, Backend backend) {
        Blueprint.Stack stack = blueprint.stacks().getLast();
        for (Blueprint.Stack before :
                blueprint.stacks().subList(0, blueprint.stacks().size() - 1)) {
            Tensor output = forward(before.norm(), rows(before)); // [rows, hidden]
            signals.clear(); // they live within their stack
            signals.put(Signal.output(before.name()), output);
        }
        Tensor x = rows(stack);
        Tensor wanted = writer.ops().gather(x, input(StepInput.outputs(stack.axis()))); // [outputs, hidden]
        LayerNode<?> last = blueprint.heads().get(head);
        if (last == null) {
            throw new IllegalArgumentException("the model has no head " + head + ", but "
                    + blueprint.heads().keySet());
        }
        Tensor logits = forward(last, forward(stack.norm(), wanted)); // [outputs, vocabulary]
        Optional<Best> best = best(logits, backend);
        List<Tensor> kept = new ArrayList<>(List.of(logits));
        best.ifPresent(found -> kept.addAll(List.of(found.pairs(), found.first())));
        routings.forEach(routing -> kept.add(routing.ids()));
        return new Written(writer.finish(kept), inputs, pools, states, logits, best, List.copyOf(routings));
    }

    /** The host finds the best as well, if it must: opened up, the op would be of no use. */
    private Optional<Best> best(Tensor logits, Backend backend) {
        TopK op = new TopK((int) Math.min(BEST, logits.width()));
        TopK.In<Tensor> in = new TopK.In<>(logits);
        List<Tensor> out =
                op.infer(in).stream().map(spec -> Tensor.of("best", spec)).toList();
        if (!(backend.find(op, in, out) instanceof Lookup.Native<?>)) {
            return Optional.empty();
        }
        Ops ops = writer.ops();
        List<Tensor> found = ops.emit(op, in);
        Dim rows = logits.shape().dim(0);
        Shape column = Shape.of(rows, op.k(), 1);
        Tensor ids = ops.convert(found.getFirst(), DType.F32).reshape(column);
        Tensor values = found.getLast().reshape(column);
        Tensor pairs = ops.select(ops.constant(Shape.of(2), 1, 0), ids, values); // [outputs, k, 2]
        Tensor first =
                ops.unary(Unary.COPY, pairs.reshape(Shape.of(rows, 2L * op.k())).columns(0, 2)); // [outputs, 2]
        return Optional.of(new Best(pairs, first));
    }

    /**
     * What was written of an encoder.
     *
     * @param program the program
     * @param inputs what the host brings
     * @param hidden the last hidden states, F32 {@code [rows, hidden]}
     * @param heads F32 {@code [outputs of the head, width]}, by name
     */
    record Encoder(Program program, Map<StepInput, Tensor> inputs, Tensor hidden, Map<String, Tensor> heads) {}

    /** Embedding, layers and norm on all rows, then each head on the rows that are wanted of it. */
    Encoder writeEncoder() {
        Blueprint.Stack stack = blueprint.stacks().getFirst();
        Tensor hidden = writer.ops().convert(forward(stack.norm(), rows(stack)), DType.F32);
        Map<String, Tensor> heads = new LinkedHashMap<>();
        blueprint.heads().forEach((name, head) -> {
            Tensor wanted = writer.ops().gather(hidden, input(StepInput.outputs(stack.axis(), name)));
            heads.put(name, writer.ops().convert(forward(head, wanted), DType.F32));
        });
        List<Tensor> outputs = new ArrayList<>(heads.values());
        outputs.addFirst(hidden);
        return new Encoder(writer.finish(outputs), inputs, hidden, heads);
    }

    /** What the last layer of a stack gives, [rows, hidden]. */
    private Tensor rows(Blueprint.Stack stack) {
        Tensor x = forward(stack.embedding(), input(StepInput.ids(stack.axis())));
        for (LayerNode<?> layer : stack.layers()) {
            x = forward(layer, x);
        }
        return x;
    }

    private Tensor forward(LayerNode<?> node, Tensor x) {
        return build(node).forward(x, new Writing(node));
    }

    private Layer build(LayerNode<?> node) {
        return node.build(new Context(node));
    }

    private Tensor input(StepInput input) {
        return inputs.computeIfAbsent(input, wanted -> writer.input(wanted.name(), wanted.shape()));
    }

    private Pools pools(Memory memory, LayerMemory.Keys keys) {
        return pools.computeIfAbsent(memory.site(), site -> {
            KeyGroup group =
                    Objects.requireNonNull(blueprint.sites().get(site)).group().orElseThrow();
            return new Pools(
                    group,
                    pool(site + ".keys", group, keys.kvHeads(), keys.keyWidth()),
                    pool(site + ".values", group, keys.kvHeads(), keys.valueWidth()));
        });
    }

    /** {@code [slots, ...]}. */
    private Tensor states(Memory memory, LayerMemory.State state) {
        return states.computeIfAbsent(memory.site(), site -> {
            List<Dim> dims = new ArrayList<>(state.shape().dims());
            dims.addFirst(Dim.of(bounds.slots()));
            return writer.state(site, DType.F32, new Shape(dims));
        });
    }

    private static IllegalArgumentException otherwise(Memory memory) {
        return new IllegalArgumentException(
                "the memory " + memory.site() + " is not what it is asked as: " + memory.kept());
    }

    private Tensor pool(String name, KeyGroup group, int kvHeads, int width) {
        int blocks = bounds.cache(group).blocks();
        return writer.state(name, numerics.activations(), Shape.of(blocks, kvHeads, bounds.blockSize(), width));
    }

    /** What a layer declared, as tensors of this program. */
    private final class Context implements LayerContext {
        private final LayerNode<?> node;

        Context(LayerNode<?> node) {
            this.node = node;
        }

        @Override
        public Dims dims() {
            return node.dims();
        }

        @Override
        public Tensor parameter(String name) {
            return parameters.tensor(node.path(name));
        }

        @Override
        public Projection projection(String name) {
            return parameters.projection(node, name);
        }

        /** A child writes with its own surroundings, not its parent's. */
        @Override
        public Layer child(String name) {
            LayerNode<?> child = node.children().get(name);
            if (child == null) {
                throw new IllegalArgumentException(
                        node.path() + " asks for the layer " + name + ", which it didn't declare");
            }
            Layer layer = build(child);
            return (x, step) -> layer.forward(x, new Writing(child));
        }

        @Override
        public Memory memory(String name) {
            Blueprint.Site site = blueprint.sites().get(node.path(name));
            if (site == null) {
                throw new IllegalArgumentException(
                        node.path() + " asks for the memory " + name + ", which it didn't declare");
            }
            return site.memory();
        }
    }

    /** What a layer writes with. */
    private final class Writing implements Step {
        private final LayerNode<?> node;

        Writing(LayerNode<?> node) {
            this.node = node;
        }

        @Override
        public Ops ops() {
            return writer.ops();
        }

        @Override
        public Numerics numerics() {
            return numerics;
        }

        @Override
        public Dims dims() {
            return node.dims();
        }

        @Override
        public void routed(Tensor ids, int experts) {
            routings.add(new Routings.Routing(node.path(), ids, experts));
        }

        @Override
        public Tensor input(StepInput wanted) {
            return NetworkWriter.this.input(wanted);
        }

        @Override
        public KeyView keys(Memory memory) {
            if (!(memory.kept() instanceof LayerMemory.Keys kept)) {
                throw otherwise(memory);
            }
            Pools found = pools(memory, kept);
            KeyGroup group = found.group();
            return new KeyView(
                    group,
                    found.keys(),
                    found.values(),
                    input(StepInput.table(group, bounds.cache(group).entries())),
                    input(StepInput.bases(group)),
                    input(StepInput.lengths(group)),
                    input(StepInput.slots(group)));
        }

        @Override
        public StateView state(Memory memory) {
            if (!(memory.kept() instanceof LayerMemory.State kept)) {
                throw otherwise(memory);
            }
            Axis axis = dims().axis();
            return new StateView(
                    states(memory, kept), input(StepInput.stateReads(axis)), input(StepInput.stateWrites(axis)));
        }

        @Override
        public Tensor members() {
            int longest = Math.min(bounds.rows(), dims().context());
            return input(StepInput.members(dims().axis(), longest));
        }

        @Override
        public void write(Signal signal, Tensor value) {
            signals.put(signal, value);
        }

        @Override
        public Tensor read(Signal signal) {
            Tensor value = signals.get(signal);
            if (value == null) {
                throw new IllegalStateException("the signal " + signal.name() + " is read and nobody wrote it");
            }
            return value;
        }
    }
}
