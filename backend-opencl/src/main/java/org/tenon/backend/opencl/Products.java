package org.tenon.backend.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** Matrix products ({@code kernels/matmul.cl, linear.cl}). */
final class Products {
    /** Columns of a unit of work. */
    private static final long COLUMNS = 16;
    /** Rows of a unit of work on panels. */
    private static final long ROWS = 12;

    private final Kernels kernels;
    private final Elementwise elementwise;

    Products(Kernels kernels, Elementwise elementwise) {
        this.kernels = kernels;
        this.elementwise = elementwise;
    }

    /**
     * Rows are multiplied in F32, and become so first. On a processor they are brought into blocks, and panels of weights are read from end to end; elsewhere rows of weights are read as
     * they lie.
     */
    Lookup<Linear.In<Buffer>> linear(Linear op, Linear.In<Tensor> in, List<Tensor> out) {
        if (!Kernels.FLOATS.contains(in.x().type())
                || !Kernels.FLOATS.contains(op.type())
                || !in.weights().stream().allMatch(weight -> Kernels.FLOATS.contains(weight.type()))) {
            return Lookup.unsupported("only F32, F16 and BF16");
        }
        TensorSpec floats = TensorSpec.dense(DType.F32, in.x().shape());
        Lookup.Native<Linear.In<Buffer>> kernel = kernels.<Linear.In<Buffer>>items((operands, outputs, workspace) -> {
                    Buffer x = operands.x();
                    Buffer room = new Buffer("x", floats, workspace.storage(), workspace.offset(), Layout.DENSE);
                    boolean panels = operands.weights().getFirst().layout().equals(Panels.LAYOUT);
                    List<Launch> launches = new ArrayList<>();
                    if (panels) {
                        launches.add(pack(x, room));
                    } else if (!x.type().equals(DType.F32)) {
                        launches.add(elementwise.converted(x, room));
                    }
                    Buffer left = panels || !x.type().equals(DType.F32) ? room : x;
                    long column = 0;
                    for (Buffer weight : operands.weights()) {
                        long end = column + weight.shape().size(0);
                        launches.add(segment(
                                panels,
                                left,
                                weight,
                                columns(operands.bias(), column, end),
                                columns(outputs.getFirst(), column, end)));
                        column = end;
                    }
                    return new Launches(launches);
                })
                .workspace(floats::bytes);
        return kernels.processor() ? kernel.taking("weights", Panels.LAYOUT) : kernel;
    }

    private Launch pack(Buffer x, Buffer room) {
        var rows = View.rows(x.shape());
        return kernels.launch("pack", "pack", Map.of("W", DType.F32, "X", x.type()))
                .memory(room)
                .operand(x)
                .size(rows)
                .over(rows, x.spec().width());
    }

    private Launch segment(boolean panels, Buffer x, Buffer weight, Optional<Buffer> bias, Buffer result) {
        var rows = View.rows(x.shape());
        long width = x.spec().width();
        ClLaunch.Builder launch = kernels.launch("linear", panels ? "panels" : "dense", Map.of("W", weight.type()))
                .operand(result);
        (panels ? launch.memory(x) : launch.operand(x))
                .operand(weight)
                .operand(bias)
                .number(Kernels.FLOATS.indexOf(result.type()))
                .size(rows);
        if (panels) {
            long count = Panels.count(weight.shape().size(0));
            return launch.over(step -> (rows.applyAsLong(step) + ROWS - 1) / ROWS * count, Panels.COLUMNS * width);
        }
        long blocks = (weight.shape().size(0) + COLUMNS - 1) / COLUMNS;
        return launch.over(step -> rows.applyAsLong(step) == 0 ? 0 : blocks, COLUMNS * width);
    }

    private static Optional<Buffer> columns(Optional<Buffer> vector, long from, long to) {
        return vector.map(each -> columns(each, from, to));
    }

    private static Buffer columns(Buffer buffer, long from, long to) {
        TensorSpec spec = new TensorSpec(
                buffer.type(),
                buffer.shape().withWidth(to - from),
                buffer.spec().strides());
        return new Buffer(
                buffer.name(),
                spec,
                buffer.storage(),
                buffer.offset() + buffer.type().bytes(from),
                buffer.layout());
    }

    Lookup<MatMul.In<Buffer>> matmul(MatMul op, MatMul.In<Tensor> in, List<Tensor> out) {
        if (!Kernels.FLOATS.contains(in.a().type())
                || !Kernels.FLOATS.contains(in.b().type())) {
            return Lookup.unsupported("only F32, F16 and BF16");
        }
        return kernels.items((operands, outputs, workspace) -> {
            Buffer result = outputs.getFirst();
            Shape shape = result.shape();
            long blocks = (shape.width() + COLUMNS - 1) / COLUMNS;
            // without an index there is one matrix, whose rows the step may count
            long rows = operands.index().isPresent() ? shape.size(shape.rank() - 2) : Long.MAX_VALUE;
            var count = View.rows(shape);
            return kernels.launch(
                            "matmul",
                            "matmul",
                            Map.of("A", operands.a().type(), "B", operands.b().type()))
                    .operand(result)
                    .operand(operands.a())
                    .operand(operands.b())
                    .operand(operands.index())
                    .flag(operands.index().isPresent())
                    .flag(op.transposed())
                    .number(rows)
                    .over(
                            step -> count.applyAsLong(step) * blocks,
                            COLUMNS * operands.a().spec().width());
        });
    }
}
