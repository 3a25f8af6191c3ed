package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Route;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** Routers and mixtures of experts ({@code kernels/routes.cl, experts.cl}). */
final class Mixtures {
    /** Rows of the largest block, and more blocks than what is left of a group can make: three of four rows or one. */
    private static final long MANY = 12;

    private static final long LEFT = 5;
    private static final long ALIGNMENT = 64;

    private final Kernels kernels;
    private final boolean batchInvariant;

    /**
     * Looks nothing up.
     *
     * @param kernels the programs
     * @param batchInvariant whether a row's results may depend on nothing else in a step
     */
    Mixtures(Kernels kernels, boolean batchInvariant) {
        this.kernels = kernels;
        this.batchInvariant = batchInvariant;
    }

    Lookup<Route.In<Buffer>> route(Route op, Route.In<Tensor> in, List<Tensor> out) {
        return kernels.<Route.In<Buffer>>items((operands, outputs, workspace) -> kernels.launch("routes", "route")
                        .operand(outputs.getFirst())
                        .operand(outputs.getLast())
                        .operand(operands.logits())
                        .operand(operands.sequence())
                        .flag(op.renormalised())
                        .over(
                                View.rows(operands.logits().shape()),
                                (op.chosen() + 8L) * operands.logits().spec().width()))
                .handling(Route.RENORMALISED);
    }

    /** Where things lie in the workspace, in bytes from its beginning ({@code experts.cl} says what). */
    private record Room(Dim rows, long chosen, long experts, long hidden, long inner) {
        static Room of(Shape x, Shape ids, Shape gate) {
            return new Room(x.dim(0), ids.width(), gate.size(0), gate.width(), gate.size(1));
        }

        long rows(StepShape step) {
            return rows.size(step);
        }

        long entries(StepShape step) {
            return rows(step) * chosen;
        }

        /** The most blocks that there could be. */
        long most(StepShape step) {
            long entries = entries(step);
            return Math.min(entries, entries / MANY + LEFT * Math.min(experts, entries));
        }

        long order() {
            return aligned((experts + 1) * Integer.BYTES);
        }

        long blocks(StepShape step) {
            return order() + aligned(entries(step) * Integer.BYTES);
        }

        long inputs(StepShape step) {
            return blocks(step) + aligned(3 * most(step) * Integer.BYTES);
        }

        long between(StepShape step) {
            return inputs(step) + aligned(entries(step) * hidden * Float.BYTES);
        }

        long outputs(StepShape step) {
            return between(step) + aligned(entries(step) * inner * Float.BYTES);
        }

        long bytes(StepShape step) {
            return outputs(step) + entries(step) * hidden * Float.BYTES;
        }

        private static long aligned(long bytes) {
            return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        }
    }

    Lookup<Experts.In<Buffer>> experts(Experts op, Experts.In<Tensor> in, List<Tensor> out) {
        DType weights = in.gate().type();
        if (!Kernels.FLOATS.contains(in.x().type())
                || !Kernels.FLOATS.contains(op.type())
                || !Kernels.FLOATS.contains(weights)
                || !in.up().type().equals(weights)
                || !in.down().type().equals(weights)) {
            return Lookup.unsupported("only F32, F16 and BF16, and all weights of one type");
        }
        int function = Elementwise.ACTIVATIONS.indexOf(op.activation());
        if (function < 0) {
            return Lookup.unsupported("no activation " + op.activation());
        }
        Map<String, DType> types = Map.of("X", in.x().type(), "W", weights, "OUT", op.type());
        if (!kernels.processor()) {
            var room = TiledExperts.Room.of(
                    in.x().shape(), in.ids().shape(), in.gate().shape(), in.x().type());
            return kernels.shared(new TiledExperts(kernels, types, function, room, !batchInvariant))
                    .workspace(room::bytes)
                    .variant(batchInvariant ? "tiles" : "tiles, or teams for few rows");
        }
        Room room = Room.of(in.x().shape(), in.ids().shape(), in.gate().shape());
        return kernels.<Experts.In<Buffer>>items((operands, outputs, workspace) -> {
                    long start = workspace.offset();
                    long order = start + room.order();
                    ToLongFunction<StepShape> blocks = step -> start + room.blocks(step);
                    ToLongFunction<StepShape> inputs = step -> start + room.inputs(step);
                    ToLongFunction<StepShape> between = step -> start + room.between(step);
                    ToLongFunction<StepShape> results = step -> start + room.outputs(step);
                    long hidden = room.hidden();
                    long inner = room.inner();
                    return new Launches(List.of(
                            kernels.launch("experts", "group", types)
                                    .operand(operands.ids())
                                    .memory(workspace)
                                    .number(order)
                                    .size(blocks)
                                    .size(room::rows)
                                    .number(room.experts())
                                    .size(room::most)
                                    .over(step -> room.rows(step) == 0 ? 0 : 1, ClLaunch.EFFORT),
                            kernels.launch("experts", "fetch", types)
                                    .operand(operands.x())
                                    .memory(workspace.storage())
                                    .number(order)
                                    .size(blocks)
                                    .size(inputs)
                                    .number(room.chosen())
                                    .over(room::most, MANY * hidden),
                            kernels.launch("experts", "enter", types)
                                    .operand(operands.gate())
                                    .operand(operands.up())
                                    .memory(workspace.storage())
                                    .size(blocks)
                                    .size(inputs)
                                    .size(between)
                                    .number(function)
                                    .size(room::most)
                                    .over(step -> room.most(step) * Panels.count(inner), 2 * Panels.COLUMNS * hidden),
                            kernels.launch("experts", "leave", types)
                                    .operand(operands.down())
                                    .memory(workspace.storage())
                                    .number(order)
                                    .size(blocks)
                                    .size(between)
                                    .size(results)
                                    .size(room::most)
                                    .over(step -> room.most(step) * Panels.count(hidden), Panels.COLUMNS * inner),
                            kernels.launch("experts", "combine", types)
                                    .operand(outputs.getFirst())
                                    .operand(operands.ids())
                                    .operand(operands.weights())
                                    .memory(workspace.storage())
                                    .size(results)
                                    .over(room::rows, room.chosen() * hidden)));
                })
                .workspace(room::bytes)
                .taking("gate", Panels.LAYOUT)
                .taking("up", Panels.LAYOUT)
                .taking("down", Panels.LAYOUT);
    }
}
