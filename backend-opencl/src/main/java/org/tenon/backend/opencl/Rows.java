package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Gather;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Scatter;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** Kernels whose unit of work is a row, or a head of one ({@code kernels/rows.cl, norms.cl, rope.cl, tables.cl}, and of the same names in {@code kernels/gpu}). */
final class Rows {
    /** Work-items for a row on a GPU, by its width. */
    private static final int FEW_ITEMS = 32;

    private static final int MANY_ITEMS = 256;
    private static final long NARROW = 128;

    private final Kernels kernels;

    Rows(Kernels kernels) {
        this.kernels = kernels;
    }

    Lookup<Reduce.In<Buffer>> reduce(Reduce op, Reduce.In<Tensor> in, List<Tensor> out) {
        if (!op.function().equals(Reduce.SUM) && !op.function().equals(Reduce.MAX)) {
            return Lookup.unsupported("no reduction " + op.function());
        }
        return kernels.shared((operands, outputs, workspace) -> over(
                operands.x(),
                1,
                launch("rows", "reduce_" + op.function(), Map.of(), operands.x())
                        .operand(outputs.getFirst())
                        .operand(operands.x())));
    }

    Lookup<Gather.In<Buffer>> gather(Gather op, Gather.In<Tensor> in, List<Tensor> out) {
        DType type = in.source().type();
        if (!type.scalar()) {
            return Lookup.unsupported("only scalar types, not " + type);
        }
        return kernels.shared((operands, outputs, workspace) ->
                moved("gather_" + type.blockBytes(), outputs.getFirst(), operands.source(), operands.index()));
    }

    Lookup<Scatter.In<Buffer>> scatter(Scatter op, Scatter.In<Tensor> in, List<Tensor> out) {
        DType type = in.rows().type();
        if (!type.scalar()) {
            return Lookup.unsupported("only scalar types, not " + type);
        }
        return kernels.shared((operands, outputs, workspace) ->
                moved("scatter_" + type.blockBytes(), operands.target(), operands.rows(), operands.index()));
    }

    /** Rows in the order of an index go to, or come from, where it says. */
    private ClLaunch moved(String name, Buffer to, Buffer from, Buffer index) {
        Buffer rows = name.startsWith("gather") ? to : from;
        Shape inOrder = rows.shape();
        long inner = 1;
        for (int i = 1; i < inOrder.rank() - 1; i++) {
            inner *= inOrder.size(i);
        }
        return over(
                rows,
                1,
                launch("rows", name, Map.of(), rows)
                        .operand(to)
                        .operand(from)
                        .operand(index)
                        .number(inner));
    }

    Lookup<RmsNorm.In<Buffer>> rmsNorm(RmsNorm op, RmsNorm.In<Tensor> in, List<Tensor> out) {
        return between(
                in.x().type(),
                op.type(),
                (operands, outputs, workspace) -> over(
                        operands.x(),
                        2,
                        typed("norms", "rms_norm", operands.x(), outputs.getFirst())
                                .operand(operands.weight())
                                .real(op.epsilon())));
    }

    Lookup<LayerNorm.In<Buffer>> layerNorm(LayerNorm op, LayerNorm.In<Tensor> in, List<Tensor> out) {
        return between(
                in.x().type(),
                op.type(),
                (operands, outputs, workspace) -> over(
                        operands.x(),
                        3,
                        typed("norms", "layer_norm", operands.x(), outputs.getFirst())
                                .operand(operands.weight())
                                .operand(operands.bias())
                                .real(op.epsilon())));
    }

    Lookup<Rope.In<Buffer>> rope(Rope op, Rope.In<Tensor> in, List<Tensor> out) {
        return between(
                in.x().type(),
                op.type(),
                (operands, outputs, workspace) -> over(
                        operands.x(),
                        4,
                        typed("rope", "rope", operands.x(), outputs.getFirst())
                                .operand(operands.cos())
                                .operand(operands.sin())
                                .number(operands.x().shape().size(1))
                                .flag(op.interleaved())),
                Rope.INTERLEAVED);
    }

    /** A table that is a product's weight too, as a tied embedding, may lie in panels. */
    Lookup<Embedding.In<Buffer>> embedding(Embedding op, Embedding.In<Tensor> in, List<Tensor> out) {
        Lookup<Embedding.In<Buffer>> kernel = between(in.table().type(), op.type(), (operands, outputs, workspace) -> {
            boolean panels = operands.table().layout().equals(Panels.LAYOUT);
            return over(
                    outputs.getFirst(),
                    1,
                    typed("tables", panels ? "embedding_panels" : "embedding", operands.table(), outputs.getFirst())
                            .operand(operands.ids()));
        });
        return kernels.processor() && kernel instanceof Lookup.Native<Embedding.In<Buffer>> found
                ? found.taking("table", Panels.LAYOUT, Layout.DENSE)
                : kernel;
    }

    Lookup<CacheWrite.In<Buffer>> cacheWrite(CacheWrite op, CacheWrite.In<Tensor> in, List<Tensor> out) {
        DType type = in.rows().type();
        return between(
                type,
                type,
                (operands, outputs, workspace) -> over(
                        operands.rows(),
                        1,
                        typed("tables", "cache_write", operands.rows(), operands.pool())
                                .operand(operands.slots())
                                .number(operands.rows().shape().size(1))));
    }

    /** A kernel from one floating type to another. */
    private <B extends Operands<Buffer>> Lookup<B> between(
            DType from, DType to, Binder<B> binder, Feature... features) {
        return Kernels.FLOATS.contains(from) && Kernels.FLOATS.contains(to)
                ? kernels.shared(binder).handling(features)
                : Lookup.unsupported("only F32, F16 and BF16, not " + from + " to " + to);
    }

    /** A launch that begins with its output and its input, compiled for their types. */
    private ClLaunch.Builder typed(String file, String function, Buffer from, Buffer to) {
        return launch(file, function, Map.of("X", from.type(), "OUT", to.type()), from)
                .operand(to)
                .operand(from);
    }

    private ClLaunch.Builder launch(String file, String function, Map<String, ?> definitions, Buffer rows) {
        return kernels.either(file, function, definitions, rows.spec().width() <= NARROW ? FEW_ITEMS : MANY_ITEMS);
    }

    /** Over rows, of which each number takes so much effort. */
    private static ClLaunch over(Buffer rows, long effort, ClLaunch.Builder launch) {
        return launch.overEither(View.rows(rows.shape()), effort * rows.spec().width());
    }
}
