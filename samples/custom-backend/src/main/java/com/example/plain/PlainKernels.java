package com.example.plain;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Iota;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** The primitives. Each says what one element of its output is; numbers are added up in double precision. */
final class PlainKernels {
    private PlainKernels() {}

    static Lookup<Fill.In<Buffer>> fill(Fill op, Fill.In<Tensor> in, List<Tensor> out) {
        return kernel(in, out, (operands, to) -> (a, b, c, d, step) -> to.put(a, b, c, d, op.value()));
    }

    static Lookup<Iota.In<Buffer>> iota(Iota op, Iota.In<Tensor> in, List<Tensor> out) {
        return kernel(in, out, (operands, to) -> (a, b, c, d, step) -> to.put(a, b, c, d, (double) d));
    }

    static Lookup<Convert.In<Buffer>> convert(Convert op, Convert.In<Tensor> in, List<Tensor> out) {
        return kernel(in, out, (operands, to) -> {
            Cells x = Cells.of(operands.x());
            return (a, b, c, d, step) -> to.put(a, b, c, d, x.number(a, b, c, d));
        });
    }

    static Lookup<Unary.In<Buffer>> unary(Unary op, Unary.In<Tensor> in, List<Tensor> out) {
        DoubleUnaryOperator function = op.function().meaning();
        return kernel(in, out, (operands, to) -> {
            Cells x = Cells.of(operands.x());
            return (a, b, c, d, step) -> to.put(a, b, c, d, function.applyAsDouble(x.number(a, b, c, d)));
        });
    }

    static Lookup<Binary.In<Buffer>> binary(Binary op, Binary.In<Tensor> in, List<Tensor> out) {
        DoubleBinaryOperator real = op.function().meaning();
        IntBinaryOperator whole = op.function().whole();
        return kernel(in, out, (operands, to) -> {
            Cells x = Cells.of(operands.a());
            Cells y = Cells.of(operands.b());
            return x.whole
                    ? (a, b, c, d, step) ->
                            to.put(a, b, c, d, whole.applyAsInt(x.whole(a, b, c, d), y.whole(a, b, c, d)))
                    : (a, b, c, d, step) ->
                            to.put(a, b, c, d, real.applyAsDouble(x.real(a, b, c, d), y.real(a, b, c, d)));
        });
    }

    static Lookup<Select.In<Buffer>> select(Select op, Select.In<Tensor> in, List<Tensor> out) {
        return kernel(in, out, (operands, to) -> {
            Cells condition = Cells.of(operands.condition());
            Cells yes = Cells.of(operands.yes());
            Cells no = Cells.of(operands.no());
            return (a, b, c, d, step) -> {
                Cells chosen = condition.whole(a, b, c, d) != 0 ? yes : no;
                to.putBits(a, b, c, d, chosen.whole(a, b, c, d));
            };
        });
    }

    static Lookup<Reduce.In<Buffer>> reduce(Reduce op, Reduce.In<Tensor> in, List<Tensor> out) {
        if (!op.function().equals(Reduce.SUM) && !op.function().equals(Reduce.MAX)) {
            return Lookup.unsupported("only sum and max");
        }
        boolean sum = op.function().equals(Reduce.SUM);
        DoubleBinaryOperator join = sum ? Double::sum : Math::max;
        double nothing = sum ? 0 : Double.NEGATIVE_INFINITY;
        return kernel(in, out, (operands, to) -> {
            Cells x = Cells.of(operands.x());
            return (a, b, c, d, step) -> {
                double result = nothing;
                long width = x.width(step);
                for (long i = 0; i < width; i++) {
                    result = join.applyAsDouble(result, x.real(a, b, c, i));
                }
                to.put(a, b, c, d, result);
            };
        });
    }

    /** Row {@code c} of the left times column {@code d} of the right, whose matrix the index may choose. */
    static Lookup<MatMul.In<Buffer>> matmul(MatMul op, MatMul.In<Tensor> in, List<Tensor> out) {
        return kernel(in, out, (operands, to) -> {
            Cells left = Cells.of(operands.a());
            Cells right = Cells.of(operands.b());
            Optional<Cells> index = operands.index().map(Cells::of);
            return (a, b, c, d, step) -> {
                long matrix = index.isPresent() ? index.get().whole(0, 0, a, b) : 0;
                long inner = matrix < 0 ? 0 : left.width(step);
                double sum = 0;
                for (long k = 0; k < inner; k++) {
                    float factor = op.transposed() ? right.real(0, matrix, d, k) : right.real(0, matrix, k, d);
                    sum += (double) left.real(a, b, c, k) * factor;
                }
                to.put(a, b, c, d, sum);
            };
        });
    }

    /** Row {@code a} of the output is the row of the source that the index names. */
    static Lookup<Gather.In<Buffer>> gather(Gather op, Gather.In<Tensor> in, List<Tensor> out) {
        return supported(in, out, (operands, outputs) -> {
            Cells source = Cells.rows(operands.source());
            Cells index = Cells.rows(operands.index());
            Cells to = Cells.rows(outputs.getFirst());
            return everywhere(to, (a, b, c, d, step) -> {
                int row = index.whole(a, 0, 0, 0);
                to.putBits(a, b, c, d, row < 0 ? 0 : source.whole(row, b, c, d));
            });
        });
    }

    /** Row {@code a} goes to the row of the target that the index names. */
    static Lookup<Scatter.In<Buffer>> scatter(Scatter op, Scatter.In<Tensor> in, List<Tensor> out) {
        return supported(in, out, (operands, outputs) -> {
            Cells target = Cells.rows(operands.target());
            Cells index = Cells.rows(operands.index());
            Cells rows = Cells.rows(operands.rows());
            return everywhere(rows, (a, b, c, d, step) -> {
                int row = index.whole(a, 0, 0, 0);
                if (row >= 0) {
                    target.putBits(row, b, c, d, rows.whole(a, b, c, d));
                }
            });
        });
    }

    /** Binds a kernel that computes its output element by element. */
    private interface ElementBinder<B> {
        Cells.Action bind(B operands, Cells to);
    }

    /** Binds a kernel. */
    private interface PlainBinder<B> {
        Launch bind(B operands, List<Buffer> outputs);
    }

    private static <B extends Operands<Buffer>> Lookup<B> kernel(
            Operands<Tensor> in, List<Tensor> out, ElementBinder<B> binder) {
        return supported(in, out, (operands, outputs) -> {
            Cells to = Cells.of(outputs.getFirst());
            return everywhere(to, binder.bind(operands, to));
        });
    }

    private static Launch everywhere(Cells cells, Cells.Action action) {
        return (queue, step) -> cells.each(step, action);
    }

    /** A kernel, if all tensors have types that it can compute with. */
    private static <B extends Operands<Buffer>> Lookup<B> supported(
            Operands<Tensor> in, List<Tensor> out, PlainBinder<B> binder) {
        boolean known = Stream.concat(in.all().stream(), out.stream())
                .map(Tensor::type)
                .allMatch(type -> type.equals(DType.F32) || type.equals(DType.I32));
        return known
                ? Lookup.kernel((operands, outputs, workspace) -> binder.bind(operands, outputs))
                : Lookup.unsupported("only F32 and I32");
    }
}
