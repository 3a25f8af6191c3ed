package org.tenon.conformance.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Gather;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;

/** How ONNX's ops are said in Tenon's. */
final class Statements {
    private Statements() {}

    static Statement of(OnnxCase each) {
        return switch (each.op()) {
            case "RMSNormalization" -> rmsNorm(each);
            case "LayerNormalization" -> layerNorm(each);
            case "RotaryEmbedding" -> rope(each);
            case "Attention" -> AttentionStatements.of(each);
            case "Gemm" -> linear(each);
            case "MatMul" -> matmul(each);
            case "TensorScatter" -> cacheWrite(each);
            case "Softmax" -> softmax(each);
            case "ReduceSum" -> reduce(each, Reduce.SUM);
            case "ReduceMax" -> reduce(each, Reduce.MAX);
            case "Gelu" ->
                activate(
                        each,
                        each.attributes().text("approximate", "none").equals("tanh")
                                ? Activation.GELU_TANH
                                : Activation.GELU);
            case "Swish" -> activate(each, Activation.SILU);
            case "Relu" -> activate(each, Activation.RELU);
            case "Exp" -> unary(each, Unary.EXP);
            case "Sigmoid" -> unary(each, Unary.SIGMOID);
            case "Tanh" -> unary(each, Unary.TANH);
            case "Sin" -> unary(each, Unary.SIN);
            case "Cos" -> unary(each, Unary.COS);
            case "Identity" -> unary(each, Unary.COPY);
            case "Add" -> binary(each, Binary.ADD);
            case "Sub" -> binary(each, Binary.SUBTRACT);
            case "Mul" -> binary(each, Binary.MULTIPLY);
            case "Div" -> binary(each, Binary.DIVIDE);
            case "Max" -> binary(each, Binary.MAX);
            case "Min" -> binary(each, Binary.MIN);
            case "Mod" -> binary(each, Binary.MODULO);
            case "Less" -> binary(each, Binary.LESS);
            case "Equal" -> binary(each, Binary.EQUAL);
            case "Cast" ->
                Statement.of(
                        new Convert(each.output().type()),
                        new Convert.In<>(each.input(0).given()),
                        each.output());
            case "Gather" ->
                Statement.of(
                        new Gather(),
                        new Gather.In<>(each.input(0).given(), each.input(1).given()),
                        each.output());
            case "Where" ->
                Statement.of(
                        new Select(),
                        new Select.In<>(
                                each.input(0).given(),
                                each.input(1).given(),
                                each.input(2).given()),
                        each.output());
            default -> throw new IllegalStateException("nothing is said of " + each.op());
        };
    }

    private static Statement unary(OnnxCase each, Unary.Function function) {
        return Statement.of(new Unary(function), new Unary.In<>(each.input(0).given()), each.output());
    }

    private static Statement activate(OnnxCase each, Activation activation) {
        return Statement.of(
                new Activate(activation), new Activate.In<>(each.input(0).given()), each.output());
    }

    private static Statement binary(OnnxCase each, Binary.Function function) {
        return Statement.of(
                new Binary(function),
                new Binary.In<>(each.input(0).given(), each.input(1).given()),
                each.output());
    }

    /** Normalised over all dimensions from the axis on, which are one row here. */
    private static Statement rmsNorm(OnnxCase each) {
        OnnxTensor x = each.input(0);
        int axis = Math.floorMod(each.integer("axis", -1), x.rank());
        int rows = x.sizes(0, axis);
        int width = x.count() / rows;
        return Statement.of(
                new RmsNorm(each.attributes().decimal("epsilon", 1e-5), x.type()),
                new RmsNorm.In<>(
                        x.reshaped(rows, width).given(),
                        each.input(1).reshaped(width).given()),
                each.output().reshaped(rows, width));
    }

    /** Normalised over all dimensions from the axis on, too; mean and deviation, its other outputs, aren't said. */
    private static Statement layerNorm(OnnxCase each) {
        OnnxTensor x = each.input(0);
        int axis = Math.floorMod(each.integer("axis", -1), x.rank());
        int rows = x.sizes(0, axis);
        int width = x.count() / rows;
        return Statement.of(
                new LayerNorm(each.attributes().decimal("epsilon", 1e-5), x.type()),
                new LayerNorm.In<>(
                        x.reshaped(rows, width).given(),
                        each.input(1).reshaped(width).given(),
                        each.optional(2).map(bias -> bias.reshaped(width).given())),
                each.output().reshaped(rows, width));
    }

    /** The cosines of each row's position: picked by its id, or given for each. */
    private static Statement rope(OnnxCase each) {
        OnnxTensor x = each.input(0);
        int heads = x.rank() == 4 ? x.size(1) : each.integer("num_heads", 1);
        return Statement.of(
                new Rope(each.flag("interleaved"), x.type()),
                new Rope.In<>(
                        rows(x, heads).given(),
                        angles(each, 1).given(),
                        angles(each, 2).given()),
                rows(each.output(), heads));
    }

    private static OnnxTensor rows(OnnxTensor x, int heads) {
        return x.rank() == 4
                ? AttentionStatements.rows(x)
                : x.reshaped(x.size(0) * x.size(1), heads, x.size(2) / heads);
    }

    private static OnnxTensor angles(OnnxCase each, int place) {
        OnnxTensor table = each.input(place);
        return each.optional(3)
                .map(table::rows)
                .orElseGet(() -> table.reshaped(table.count() / table.size(-1), table.size(-1)));
    }

    /** {@code a b + c}, with {@code b} as a weight {@code [out, in]} and {@code c} as a bias for each column. */
    private static Statement linear(OnnxCase each) {
        OnnxTensor x = each.flag("transA") ? each.input(0).permuted(1, 0) : each.input(0);
        OnnxTensor weight = each.flag("transB") ? each.input(1) : each.input(1).permuted(1, 0);
        int out = weight.size(0);
        Optional<OnnxTensor> bias = each.optional(2).map(c -> {
            double[] values = new double[out];
            Arrays.setAll(values, i -> c.at(c.count() == 1 ? 0 : i));
            return new OnnxTensor(c.type(), new int[] {out}, values);
        });
        return Statement.of(
                new Linear(x.type()),
                new Linear.In<>(x.given(), List.of(weight.given()), bias.map(OnnxTensor::given)),
                each.output());
    }

    /** A stack of matrices, each with the index of the matrix that it meets by broadcasting. */
    private static Statement matmul(OnnxCase each) {
        OnnxTensor a = each.input(0).rank() == 1
                ? each.input(0).reshaped(1, each.input(0).count())
                : each.input(0);
        OnnxTensor b =
                each.input(1).rank() == 1 ? each.input(1).reshaped(each.input(1).count(), 1) : each.input(1);
        int rows = a.size(-2);
        int inner = a.size(-1);
        int columns = b.size(-1);
        int matrices = each.output().count() / (rows * columns);
        int as = a.count() / (rows * inner);
        int bs = b.count() / (inner * columns);
        double[] left = new double[matrices * rows * inner];
        double[] index = new double[matrices];
        for (int i = 0; i < matrices; i++) {
            // [3, 1] by [1, 2]: the outer dimension counts the matrices of a, the inner one those of b
            int from = as == matrices ? i : i / (matrices / as);
            index[i] = bs == matrices ? i : i % bs;
            for (int j = 0; j < rows * inner; j++) {
                left[i * rows * inner + j] = a.at(from * rows * inner + j);
            }
        }
        OnnxTensor stack = new OnnxTensor(a.type(), new int[] {matrices, rows, inner}, left);
        return Statement.of(
                new MatMul(false),
                new MatMul.In<>(
                        stack.given(),
                        b.reshaped(bs, inner, columns).given(),
                        Optional.of(new OnnxTensor(DType.I32, new int[] {matrices}, index).given())),
                each.output().reshaped(matrices, rows, columns));
    }

    /** The cache is a pool with a block for each sequence; what goes beyond its end begins again where it is circular. */
    private static Statement cacheWrite(OnnxCase each) {
        OnnxTensor pool = fourDimensions(each.input(0));
        OnnxTensor update = fourDimensions(each.input(1));
        int blockSize = pool.size(2);
        int perBlock = update.size(2);
        double[] slots = new double[update.size(0) * perBlock];
        Arrays.setAll(
                slots, i -> i / perBlock * blockSize + (each.input(2).whole(i / perBlock) + i % perBlock) % blockSize);
        return Statement.of(
                new CacheWrite(),
                new CacheWrite.In<>(
                        pool.given(),
                        AttentionStatements.rows(update).given(),
                        new OnnxTensor(DType.I32, new int[] {slots.length}, slots).given()),
                fourDimensions(each.output()));
    }

    private static OnnxTensor fourDimensions(OnnxTensor x) {
        return x.rank() == 4 ? x : x.reshaped(x.size(0), 1, x.size(1), x.size(2));
    }

    private static Statement reduce(OnnxCase each, Reduce.Function function) {
        OnnxTensor x = each.input(0);
        int[] axes = each.optional(1)
                .filter(given -> given.count() > 0)
                .map(given -> IntStream.range(0, given.count())
                        .map(i -> Math.floorMod(given.whole(i), x.rank()))
                        .toArray())
                .orElseGet(() -> IntStream.range(0, x.rank()).toArray());
        int rows = each.output().count();
        return Statement.of(
                new Reduce(function),
                new Reduce.In<>(x.last(axes).reshaped(rows, x.count() / rows).given()),
                each.output().reshaped(rows, 1));
    }

    private static Statement softmax(OnnxCase each) {
        OnnxTensor x = each.input(0);
        int[] axis = {Math.floorMod(each.integer("axis", -1), x.rank())};
        return Statement.of(
                new Softmax(),
                new Softmax.In<>(x.last(axis).given()),
                each.output().last(axis));
    }
}
