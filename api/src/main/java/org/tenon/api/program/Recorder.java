package org.tenon.api.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Roles;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Writes lists of nodes: one for a step, one for load. Equal ops on equal operands are written once; what depends on weights and
 * constants alone goes to load. What becomes of a node is decided by {@link #place}.
 */
abstract class Recorder implements Ops {
    private record Expression(Op<?, ?> op, Operands<Tensor> in) {}

    /** A list under construction, with what is known in it; a loop's body also knows what stands before the loop. */
    private static final class Scope {
        final List<Node> nodes = new ArrayList<>();
        final Map<Expression, List<Tensor>> known = new HashMap<>();
    }

    final Values values;
    private final StepShape bounds;
    private final DType activations;
    private final long temporaryBytes;
    private final Scope load = new Scope();
    private final Scope step = new Scope();
    private final List<Scope> scopes = new ArrayList<>(List.of(step));
    private final Set<Tensor> open = new HashSet<>();
    private boolean loading;

    Recorder(Values values, StepShape bounds, DType activations, long temporaryBytes) {
        this.values = values;
        this.bounds = bounds;
        this.activations = activations;
        this.temporaryBytes = temporaryBytes;
    }

    /** Decides what becomes of a node: {@link #append} it, or write others in its place. */
    abstract <I extends Operands<Tensor>, B extends Operands<Buffer>> void place(Node.Call<I, B> call);

    final List<Node> loadNodes() {
        return load.nodes;
    }

    final List<Node> stepNodes() {
        return step.nodes;
    }

    final void append(Node node) {
        scope().nodes.add(node);
    }

    private Scope scope() {
        return scopes.getLast();
    }

    /** Writes what {@code body} emits into the list of load. */
    final void whileLoading(Runnable body) {
        boolean before = loading;
        loading = true;
        scopes.add(load);
        body.run();
        scopes.removeLast();
        loading = before;
    }

    /** Lets {@code body} write into tensors that exist. */
    final void whileOpen(List<Tensor> outputs, Runnable body) {
        List<Tensor> added =
                outputs.stream().map(Tensor::root).filter(open::add).toList();
        body.run();
        added.forEach(open::remove);
    }

    /** Whether the ops that set and advance the counters of loops are written, as they are for a backend. */
    abstract boolean counting();

    /** Repeats a body that is written by {@code body}. */
    final void repeat(Turns turns, Tensor counter, Runnable body) {
        if (counting()) {
            write(new Fill(0, DType.I32, Shape.of(1)), new Fill.In<>(), counter);
        }
        Scope inner = new Scope();
        scopes.add(inner);
        body.run();
        if (counting()) {
            write(new Binary(Binary.ADD), new Binary.In<>(counter, constant(Shape.of(1), 1)), counter);
        }
        scopes.removeLast();
        append(new Node.Loop(turns, counter, inner.nodes));
    }

    @Override
    public final <I extends Operands<Tensor>> List<Tensor> emit(Op<I, ?> op, I in) {
        return write(op, in);
    }

    private <I extends Operands<Tensor>, B extends Operands<Buffer>> List<Tensor> write(Op<I, B> op, I in) {
        if (op instanceof Convert convert
                && in instanceof Convert.In<?> operand
                && operand.x() instanceof Tensor weight
                && weight.root() == weight
                && values.kind(weight) == Values.Kind.WEIGHT) {
            return List.of(values.derive(weight, convert.type()));
        }
        Reading reading = new Reading();
        in.map(reading);
        Expression expression = new Expression(op, in);
        if (reading.pure) {
            List<Tensor> known = known(expression);
            if (!known.isEmpty()) {
                return known;
            }
        }
        List<TensorSpec> specs = op.infer(in);
        boolean hoisted = reading.pure
                && reading.lasting
                && specs.stream().allMatch(spec -> spec.shape().fixed());
        Values.Kind kind = hoisted || loading ? Values.Kind.HOISTED : Values.Kind.TEMPORARY;
        String name = op.getClass().getSimpleName();
        List<Tensor> out =
                specs.stream().map(spec -> values.add(kind, name, spec)).toList();
        Node.Call<I, B> call = new Node.Call<>(op, in, out);
        if (hoisted && !loading) {
            whileLoading(() -> place(call));
            load.known.put(expression, out);
        } else {
            place(call);
            if (reading.pure) {
                scope().known.put(expression, out);
            }
        }
        return out;
    }

    private List<Tensor> known(Expression expression) {
        List<Tensor> known = load.known.getOrDefault(expression, List.of());
        for (int i = scopes.size() - 1; i >= 0 && !loading && known.isEmpty(); i--) {
            known = scopes.get(i).known.getOrDefault(expression, List.of());
        }
        return known;
    }

    private <I extends Operands<Tensor>, B extends Operands<Buffer>> void write(Op<I, B> op, I in, Tensor target) {
        List<TensorSpec> specs = op.infer(in);
        TensorSpec first = specs.getFirst();
        ShapeMismatch.unless(
                first.shape().equals(target.shape()) && first.type().equals(target.type()),
                op,
                "into",
                first.toString(),
                target);
        List<Tensor> out = new ArrayList<>();
        out.add(target);
        for (TensorSpec spec : specs.subList(1, specs.size())) {
            out.add(values.add(
                    loading ? Values.Kind.HOISTED : Values.Kind.TEMPORARY,
                    op.getClass().getSimpleName(),
                    spec));
        }
        place(new Node.Call<>(op, in, List.copyOf(out)));
    }

    /** What an op does with its operands. */
    private final class Reading implements Roles<Tensor, Tensor> {
        boolean pure = true;
        boolean lasting = true;

        @Override
        public Tensor take(Role role, String name, Tensor operand) {
            Values.Kind kind = values.kind(operand);
            pure &= role != Role.INOUT && kind != Values.Kind.STATE && kind != Values.Kind.VARIABLE;
            lasting &= kind.lasting();
            return operand;
        }
    }

    @Override
    public final Ops into(Tensor target) {
        if (!open.contains(target.root()) && values.kind(target) != Values.Kind.VARIABLE) {
            throw new IllegalArgumentException(target
                    + " can't be written into: it is neither a variable nor an output of the op being opened up");
        }
        return new Into(target);
    }

    @Override
    public final Tensor constant(Shape shape, float... numbers) {
        int[] bits = new int[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(numbers[i]);
        }
        return values.constant(DType.F32, shape, bits);
    }

    @Override
    public final Tensor constant(Shape shape, int... numbers) {
        return values.constant(DType.I32, shape, numbers);
    }

    @Override
    public final Tensor variable(Tensor initial) {
        Tensor variable =
                values.add(Values.Kind.VARIABLE, "variable", initial.spec().as(initial.type()));
        write(new Unary(Unary.COPY), new Unary.In<>(initial), variable);
        return variable;
    }

    @Override
    public final void loop(Turns turns, Consumer<Tensor> body) {
        Tensor counter = values.add(Values.Kind.VARIABLE, "turn", TensorSpec.dense(DType.I32, Shape.of(1)));
        repeat(turns, counter, () -> body.accept(counter));
    }

    @Override
    public final DType activations() {
        return activations;
    }

    @Override
    public final StepShape bounds() {
        return bounds;
    }

    @Override
    public final long temporaryBytes() {
        return temporaryBytes;
    }

    /** Writes one op into a given tensor; all else is the recorder's. */
    private final class Into implements Ops {
        private final Tensor target;

        Into(Tensor target) {
            this.target = target;
        }

        @Override
        public <I extends Operands<Tensor>> List<Tensor> emit(Op<I, ?> op, I in) {
            write(op, in, target);
            return List.of(target);
        }

        @Override
        public Tensor convert(Tensor x, DType type) {
            return x.type().equals(type) ? unary(Unary.COPY, x) : one(new Convert(type), new Convert.In<>(x));
        }

        @Override
        public Tensor dense(Tensor x) {
            return unary(Unary.COPY, x);
        }

        @Override
        public Ops into(Tensor other) {
            return Recorder.this.into(other);
        }

        @Override
        public Tensor constant(Shape shape, float... numbers) {
            return Recorder.this.constant(shape, numbers);
        }

        @Override
        public Tensor constant(Shape shape, int... numbers) {
            return Recorder.this.constant(shape, numbers);
        }

        @Override
        public Tensor variable(Tensor initial) {
            return Recorder.this.variable(initial);
        }

        @Override
        public void loop(Turns turns, Consumer<Tensor> body) {
            Recorder.this.loop(turns, body);
        }

        @Override
        public DType activations() {
            return activations;
        }

        @Override
        public StepShape bounds() {
            return bounds;
        }

        @Override
        public long temporaryBytes() {
            return temporaryBytes;
        }
    }
}
