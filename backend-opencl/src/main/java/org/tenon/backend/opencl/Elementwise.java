package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** What treats each element for itself ({@code kernels/elementwise.cl, gates.cl}). */
final class Elementwise {
    private static final Set<DType> SCALARS = Set.of(DType.F32, DType.F16, DType.BF16, DType.I32);
    private static final Set<Unary.Function> UNARY =
            Set.of(Unary.EXP, Unary.RSQRT, Unary.COS, Unary.SIN, Unary.SIGMOID, Unary.TANH, Unary.SOFTPLUS);
    private static final Set<Binary.Function> BINARY = Set.of(
            Binary.ADD,
            Binary.SUBTRACT,
            Binary.MULTIPLY,
            Binary.DIVIDE,
            Binary.MODULO,
            Binary.MAX,
            Binary.MIN,
            Binary.LESS,
            Binary.EQUAL);

    /** In the order of {@code activations.cl}. */
    static final List<Activation> ACTIVATIONS = List.of(
            Activation.SILU,
            Activation.GELU,
            Activation.GELU_TANH,
            Activation.RELU,
            Activation.RELU_SQUARED,
            Activation.TANH);

    private final Kernels kernels;

    Elementwise(Kernels kernels) {
        this.kernels = kernels;
    }

    Lookup<Fill.In<Buffer>> fill(Fill op, Fill.In<Tensor> in, List<Tensor> out) {
        int bits = op.type().equals(DType.I32) ? (int) op.value() : Float.floatToRawIntBits((float) op.value());
        return kernels.items((operands, outputs, workspace) ->
                each("fill", outputs.getFirst(), List.of(), launch -> launch.number(Integer.toUnsignedLong(bits))));
    }

    Lookup<Iota.In<Buffer>> iota(Iota op, Iota.In<Tensor> in, List<Tensor> out) {
        return kernels.items((operands, outputs, workspace) -> each("iota", outputs.getFirst(), List.of()));
    }

    Lookup<Convert.In<Buffer>> convert(Convert op, Convert.In<Tensor> in, List<Tensor> out) {
        DType from = in.x().type();
        if (!SCALARS.contains(from) || !SCALARS.contains(op.type())) {
            return Lookup.unsupported("no conversion from " + from + " to " + op.type());
        }
        return kernels.items((operands, outputs, workspace) -> converted(operands.x(), outputs.getFirst()));
    }

    /** Elements in another type, or as they are. */
    Launch converted(Buffer from, Buffer to) {
        DType type = from.type();
        String name = type.equals(to.type()) ? "copy_" + type.blockBytes() : type + "_" + to.type();
        return each(name, to, List.of(from));
    }

    Lookup<Unary.In<Buffer>> unary(Unary op, Unary.In<Tensor> in, List<Tensor> out) {
        boolean copy = op.function().equals(Unary.COPY);
        if (copy && !SCALARS.contains(in.x().type())) {
            return Lookup.unsupported("no copy of " + in.x().type());
        }
        if (!copy && !UNARY.contains(op.function())) {
            return Lookup.unsupported("no function " + op.function());
        }
        String name = copy ? "copy_" + in.x().type().blockBytes() : "unary_" + op.function();
        return kernels.items((operands, outputs, workspace) -> each(name, outputs.getFirst(), List.of(operands.x())));
    }

    Lookup<Binary.In<Buffer>> binary(Binary op, Binary.In<Tensor> in, List<Tensor> out) {
        if (!BINARY.contains(op.function())) {
            return Lookup.unsupported("no function " + op.function());
        }
        String name = "binary_" + op.function() + "_" + in.a().type();
        return kernels.items(
                (operands, outputs, workspace) -> each(name, outputs.getFirst(), List.of(operands.a(), operands.b())));
    }

    Lookup<Select.In<Buffer>> select(Select op, Select.In<Tensor> in, List<Tensor> out) {
        return kernels.items((operands, outputs, workspace) ->
                each("choose", outputs.getFirst(), List.of(operands.yes(), operands.no(), operands.condition())));
    }

    Lookup<Activate.In<Buffer>> activate(Activate op, Activate.In<Tensor> in, List<Tensor> out) {
        return gate(
                op.activation(),
                in.x().type(),
                in.x().type(),
                (operands, outputs, workspace) ->
                        gate("activate", op.activation(), outputs.getFirst(), List.of(operands.x())));
    }

    Lookup<Gated.In<Buffer>> gated(Gated op, Gated.In<Tensor> in, List<Tensor> out) {
        return gate(
                op.activation(),
                in.gate().type(),
                op.type(),
                (operands, outputs, workspace) ->
                        gate("gated", op.activation(), outputs.getFirst(), List.of(operands.gate(), operands.up())));
    }

    private <B extends Operands<Buffer>> Lookup<B> gate(Activation activation, DType from, DType to, Binder<B> binder) {
        if (!ACTIVATIONS.contains(activation)) {
            return Lookup.unsupported("no activation " + activation);
        }
        return Kernels.FLOATS.contains(from) && Kernels.FLOATS.contains(to)
                ? kernels.items(binder)
                : Lookup.unsupported("only F32, F16 and BF16, not " + from + " to " + to);
    }

    private Launch gate(String function, Activation activation, Buffer output, List<Buffer> operands) {
        Map<String, DType> types = Map.of("X", operands.getFirst().type(), "OUT", output.type());
        return each(
                kernels.launch("gates", function, types),
                output,
                operands,
                launch -> launch.number(ACTIVATIONS.indexOf(activation)));
    }

    private Launch each(String name, Buffer output, List<Buffer> operands) {
        return each(name, output, operands, UnaryOperator.identity());
    }

    private Launch each(String name, Buffer output, List<Buffer> operands, UnaryOperator<ClLaunch.Builder> more) {
        return each(kernels.launch("elementwise", name), output, operands, more);
    }

    private static Launch each(
            ClLaunch.Builder launch, Buffer output, List<Buffer> operands, UnaryOperator<ClLaunch.Builder> more) {
        View.Elements elements = View.elements(output, operands);
        launch.operand(output, elements.views().getFirst());
        for (int i = 0; i < operands.size(); i++) {
            launch.operand(operands.get(i), elements.views().get(i + 1));
        }
        return more.apply(launch).over(elements.count(), 1);
    }
}
