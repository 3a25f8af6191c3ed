package org.tenon.backend.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Launch;
import org.tenon.api.op.Experts;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/**
 * Mixtures of experts on a GPU ({@code kernels/gpu/experts.cl}): the rows of each expert are multiplied in tiles, or by teams where a step has few rows.
 *
 * @param kernels the programs
 * @param types what the programs are compiled for
 * @param function the activation's number
 * @param room where things lie in the workspace
 * @param teams whether few rows are summed by teams, in an order of their own
 */
record TiledExperts(Kernels kernels, Map<String, DType> types, int function, Room room, boolean teams)
        implements Binder<Experts.In<Buffer>> {
    private static final String FILE = "gpu/experts";
    /** Items that put entries in groups, and that sum the choices of a row. */
    private static final int ITEMS = 256;

    /** Where things lie in the workspace, in bytes from its beginning. */
    record Room(Dim rows, long chosen, long experts, long hidden, long inner, DType between) {
        private static final long ALIGNMENT = 64;

        static Room of(Shape x, Shape ids, Shape gate, DType between) {
            return new Room(x.dim(0), ids.width(), gate.size(0), gate.width(), gate.size(1), between);
        }

        long rows(StepShape step) {
            return rows.size(step);
        }

        long entries(StepShape step) {
            return rows(step) * chosen;
        }

        /** The most blocks that there could be, of so many rows. */
        long most(StepShape step, long tall) {
            long entries = entries(step);
            return Math.min(entries, entries / tall + Math.min(experts, entries));
        }

        long order() {
            return aligned((experts + 1) * Integer.BYTES);
        }

        long blocks(StepShape step) {
            return order() + aligned(entries(step) * Integer.BYTES);
        }

        long between(StepShape step) {
            return blocks(step) + aligned(3 * entries(step) * Integer.BYTES);
        }

        long outputs(StepShape step) {
            return between(step) + aligned(entries(step) * between.bytes(inner));
        }

        long bytes(StepShape step) {
            return outputs(step) + entries(step) * hidden * Float.BYTES;
        }

        private static long aligned(long bytes) {
            return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        }
    }

    @Override
    public Launch bind(Experts.In<Buffer> operands, List<Buffer> outputs, Buffer workspace) {
        ClLaunch.Builder enter = launch("enter", Products.TILE_ITEMS);
        ClLaunch.Builder leave = launch("leave", Products.TILE_ITEMS);
        long tall = Math.min(enter.group(), leave.group()); // a tile has as many rows as its group has items
        List<Launch> launches = new ArrayList<>();
        launches.add(group(operands, workspace, tall));
        launches.add(enter(enter, operands, workspace, tall)
                .overGroups(step -> few(step) ? 0 : units(step, tall, room.inner(), Products.TILE_COLUMNS / 2)));
        launches.add(leave(leave, operands, workspace, tall)
                .overGroups(step -> few(step) ? 0 : units(step, tall, room.hidden(), Products.TILE_COLUMNS)));
        if (teams) {
            boolean rows = room.between().bytes(room.inner()) % Products.ALIGNMENT == 0;
            launches.add(enter(launch("enter_few", Products.TEAM_ITEMS), operands, workspace, tall)
                    .flag(Products.aligned(operands.x())
                            && Products.aligned(operands.gate())
                            && Products.aligned(operands.up()))
                    .overGroups(step -> few(step) ? units(step, tall, room.inner(), Products.TEAM_COLUMNS) : 0));
            launches.add(leave(launch("leave_few", Products.TEAM_ITEMS), operands, workspace, tall)
                    .flag(rows && workspace.offset() % Products.ALIGNMENT == 0 && Products.aligned(operands.down()))
                    .overGroups(step -> few(step) ? units(step, tall, room.hidden(), Products.TEAM_COLUMNS) : 0));
        }
        launches.add(combine(operands, outputs.getFirst(), workspace));
        return new Launches(launches);
    }

    private ClLaunch.Builder launch(String kernel, int items) {
        return kernels.groups(FILE, kernel, types, items);
    }

    private boolean few(StepShape step) {
        return teams && room.rows(step) <= Products.FEW;
    }

    private long units(StepShape step, long tall, long columns, long wide) {
        return room.most(step, tall) * Math.ceilDiv(columns, wide);
    }

    private static ToLongFunction<StepShape> at(Buffer workspace, ToLongFunction<StepShape> offset) {
        return step -> workspace.offset() + offset.applyAsLong(step);
    }

    private ClLaunch group(Experts.In<Buffer> operands, Buffer workspace, long tall) {
        return launch("group", ITEMS)
                .operand(operands.ids())
                .memory(workspace)
                .number(workspace.offset() + room.order())
                .size(at(workspace, room::blocks))
                .size(room::rows)
                .number(room.experts())
                .number(tall)
                .size(step -> room.most(step, tall))
                .overGroups(step -> room.rows(step) == 0 ? 0 : 1);
    }

    private ClLaunch.Builder enter(ClLaunch.Builder launch, Experts.In<Buffer> operands, Buffer workspace, long tall) {
        return launch.operand(operands.x())
                .operand(operands.gate())
                .operand(operands.up())
                .memory(workspace.storage())
                .number(workspace.offset() + room.order())
                .size(at(workspace, room::blocks))
                .size(at(workspace, room::between))
                .number(room.chosen())
                .number(function)
                .size(step -> room.most(step, tall));
    }

    private ClLaunch.Builder leave(ClLaunch.Builder launch, Experts.In<Buffer> operands, Buffer workspace, long tall) {
        return launch.operand(operands.down())
                .memory(workspace.storage())
                .number(workspace.offset() + room.order())
                .size(at(workspace, room::blocks))
                .size(at(workspace, room::between))
                .size(at(workspace, room::outputs))
                .size(step -> room.most(step, tall));
    }

    private ClLaunch combine(Experts.In<Buffer> operands, Buffer result, Buffer workspace) {
        return launch("combine", ITEMS)
                .operand(result)
                .operand(operands.ids())
                .operand(operands.weights())
                .memory(workspace.storage())
                .size(at(workspace, room::outputs))
                .overGroups(room::rows);
    }
}
