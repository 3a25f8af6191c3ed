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
    /** Rows that are few enough for sums by teams. */
    static final long FEW = 8;
    /** Columns of a work-group that sums by teams. */
    static final long TEAM_COLUMNS = 4;
    /** Items of such a group, and of one for a tile. */
    static final int TEAM_ITEMS = 128;

    static final int TILE_ITEMS = 64;
    /** Columns of a tile, and its rows for each item. */
    static final long TILE_COLUMNS = 64;

    static final long ALIGNMENT = 16;

    private final Kernels kernels;
    private final boolean batchInvariant;

    /**
     * Looks nothing up.
     *
     * @param kernels the programs
     * @param batchInvariant whether a row's results may depend on nothing else in a step
     */
    Products(Kernels kernels, boolean batchInvariant) {
        this.kernels = kernels;
        this.batchInvariant = batchInvariant;
    }

    /** On a processor, rows become F32 and are brought into blocks, and panels of weights are read from end to end; elsewhere rows of both are read as they lie. */
    Lookup<Linear.In<Buffer>> linear(Linear op, Linear.In<Tensor> in, List<Tensor> out) {
        if (!Kernels.FLOATS.contains(in.x().type())
                || !Kernels.FLOATS.contains(op.type())
                || !in.weights().stream().allMatch(weight -> Kernels.FLOATS.contains(weight.type()))) {
            return Lookup.unsupported("only F32, F16 and BF16");
        }
        return kernels.processor() ? onPanels(in) : inGroups();
    }

    private Lookup<Linear.In<Buffer>> onPanels(Linear.In<Tensor> in) {
        TensorSpec floats = TensorSpec.dense(DType.F32, in.x().shape());
        return kernels.<Linear.In<Buffer>>items((operands, outputs, workspace) -> {
                    Buffer room = new Buffer("x", floats, workspace.storage(), workspace.offset(), Layout.DENSE);
                    List<Launch> launches = new ArrayList<>();
                    launches.add(pack(operands.x(), room));
                    segments(operands, outputs.getFirst()).forEach(segment -> launches.add(onPanels(room, segment)));
                    return new Launches(launches);
                })
                .workspace(floats::bytes)
                .taking("weights", Panels.LAYOUT);
    }

    private Lookup<Linear.In<Buffer>> inGroups() {
        return kernels.<Linear.In<Buffer>>shared((operands, outputs, workspace) -> {
                    List<Launch> launches = new ArrayList<>();
                    for (Segment segment : segments(operands, outputs.getFirst())) {
                        launches.add(inTiles(operands.x(), segment));
                        if (!batchInvariant) {
                            launches.add(byTeams(operands.x(), segment));
                        }
                    }
                    return new Launches(launches);
                })
                .variant(batchInvariant ? "tiles" : "tiles, or teams for few rows");
    }

    /** The part of a product that belongs to one of its weights. */
    private record Segment(Buffer weight, Optional<Buffer> bias, Buffer result) {
        long columns() {
            return weight.shape().size(0);
        }
    }

    private static List<Segment> segments(Linear.In<Buffer> operands, Buffer result) {
        List<Segment> segments = new ArrayList<>();
        long column = 0;
        for (Buffer weight : operands.weights()) {
            long end = column + weight.shape().size(0);
            segments.add(new Segment(weight, columns(operands.bias(), column, end), columns(result, column, end)));
            column = end;
        }
        return segments;
    }

    private Launch pack(Buffer x, Buffer room) {
        var rows = View.rows(x.shape());
        return kernels.launch("pack", "pack", Map.of("W", DType.F32, "X", x.type()))
                .memory(room)
                .operand(x)
                .size(rows)
                .over(rows, x.spec().width());
    }

    private Launch onPanels(Buffer x, Segment segment) {
        var rows = View.rows(x.shape());
        long count = Panels.count(segment.columns());
        return kernels.launch("linear", "panels", Map.of("W", segment.weight().type()))
                .operand(segment.result())
                .memory(x)
                .operand(segment.weight())
                .operand(segment.bias())
                .number(Kernels.FLOATS.indexOf(segment.result().type()))
                .size(rows)
                .over(
                        step -> Math.ceilDiv(rows.applyAsLong(step), ROWS) * count,
                        Panels.COLUMNS * x.spec().width());
    }

    private Launch inTiles(Buffer x, Segment segment) {
        var rows = View.rows(x.shape());
        ClLaunch.Builder launch = launch("tiles", x, segment, TILE_ITEMS);
        long high = launch.group(); // an item has a row's worth of a tile
        long wide = Math.ceilDiv(segment.columns(), TILE_COLUMNS);
        return launch.size(rows)
                .overGroups(
                        step -> few(rows.applyAsLong(step)) ? 0 : Math.ceilDiv(rows.applyAsLong(step), high) * wide);
    }

    private Launch byTeams(Buffer x, Segment segment) {
        var rows = View.rows(x.shape());
        long groups = Math.ceilDiv(segment.columns(), TEAM_COLUMNS);
        return launch("columns", x, segment, TEAM_ITEMS)
                .flag(aligned(x) && aligned(segment.weight()))
                .size(rows)
                .overGroups(step -> rows.applyAsLong(step) > 0 && few(rows.applyAsLong(step)) ? groups : 0);
    }

    /** Whether rows are summed by teams, in an order of their own. */
    private boolean few(long rows) {
        return !batchInvariant && rows <= FEW;
    }

    private ClLaunch.Builder launch(String function, Buffer x, Segment segment, int items) {
        return kernels.groups(
                        "gpu/linear",
                        function,
                        Map.of("X", x.type(), "W", segment.weight().type()),
                        items)
                .operand(segment.result())
                .operand(x)
                .operand(segment.weight())
                .operand(segment.bias())
                .number(Kernels.FLOATS.indexOf(segment.result().type()));
    }

    /** Whether all rows begin at a multiple of what an item reads at once. */
    static boolean aligned(Buffer rows) {
        long all = rows.offset();
        for (int i = 0; i < rows.shape().rank() - 1; i++) {
            all |= rows.spec().stride(i);
        }
        return all % ALIGNMENT == 0;
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
            long blocks = Math.ceilDiv(shape.width(), COLUMNS);
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
