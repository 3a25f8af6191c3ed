package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Experts;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;

/**
 * One mixture of experts. Choices are sorted by expert, in the order of the rows; gates and ups of all experts that have any are one parallel
 * region, and so are their last products: no worker waits between experts, and an expert without rows isn't read.
 */
final class Mixture implements Launch, WorkerPool.Task {
    /** Bytes of weights of a piece of few rows, of each of its products: where reading breaks off and goes on elsewhere, memory waits. */
    private static final long PIECE_BYTES = 512 << 10;

    /** Columns of a piece of many rows, for which the rows are packed anew in each piece. */
    private static final int MANY_COLUMNS = 256;

    /** More choices than this are many: they bound a product, and no longer the weights. */
    private static final int FEW = 64;

    /** Pieces for each worker at the least, so that one that is held up doesn't hold up all. */
    private static final int PIECES_EACH = 4;

    /** Columns that the C kernel computes at once. */
    private static final int TILE = 4;

    /** Multiplications that one thread is done with before another has begun. */
    private static final long SMALL = 65_536;

    /** {@code out[0 .. count) = f(gate) * up}, a part of a row. */
    @FunctionalInterface
    interface Gate {
        void apply(Matrix gates, Matrix ups, long row, Matrix out, long outRow, int outColumn, int count, int worker);
    }

    private enum Phase {
        PACK,
        UP,
        DOWN,
        COMBINE
    }

    private final Workers workers;
    private final View x;
    private final View ids;
    private final View weights;
    private final View out;
    private final MemorySegment[] bundles;
    private final MixtureRooms rooms;
    private final PickedProduct gate;
    private final PickedProduct up;
    private final PickedProduct down;
    private final Gate function;
    private final int hidden;
    private final int inner;
    private final int chosen;
    private final long rowBytes; // of the widest weight of gates and ups
    private final long downBytes;
    private final int[] counts; // of the choices of each expert, then where the next of them goes
    private final int[] experts; // of each group: those that have choices
    private final int[] starts; // of each group, and the end of the last
    private int[] order = {}; // the choice, row * chosen + i, at each place
    private int[] places = {}; // of each choice, -1 for none
    private int rows;
    private int groups;
    private int step; // columns of a piece
    private int pieces;
    private Phase phase = Phase.PACK;

    Mixture(
            Workers workers,
            Experts.In<Buffer> in,
            View out,
            MixtureRooms rooms,
            PickedProduct gate,
            PickedProduct up,
            PickedProduct down,
            Gate function) {
        this.workers = workers;
        this.x = new View(in.x());
        this.ids = new View(in.ids());
        this.weights = new View(in.weights());
        this.out = out;
        this.bundles = Stream.of(in.gate(), in.up(), in.down())
                .map(HostMemory::segment)
                .toArray(MemorySegment[]::new);
        this.rooms = rooms;
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.function = function;
        hidden = x.width();
        inner = Math.toIntExact(in.gate().shape().size(1));
        chosen = ids.width();
        rowBytes = Math.max(in.gate().type().bytes(hidden), in.up().type().bytes(hidden));
        downBytes = in.down().type().bytes(inner);
        int count = Math.toIntExact(in.gate().shape().size(0));
        counts = new int[count];
        experts = new int[count];
        starts = new int[count + 1];
        workers.scratch().reserveFloats(0, hidden);
        workers.scratch().reserveFloats(1, hidden);
        workers.scratch().reserveFloats(2, chosen);
    }

    @Override
    public void run(Queue queue, StepShape shape) {
        requireOpen();
        rows = Math.toIntExact(x.rows(shape));
        sort();
        int choices = starts[groups];
        meet(Phase.PACK, workers.pieces(choices, hidden));
        cut(Phase.UP, inner, rowBytes, 2L * choices * hidden * inner);
        cut(Phase.DOWN, hidden, downBytes, (long) choices * hidden * inner);
        meet(Phase.COMBINE, workers.pieces(rows, (long) (chosen + 1) * hidden));
    }

    /** Native code would crash where a mapped checkpoint was closed too early. */
    private void requireOpen() {
        boolean open = x.bytes().scope().isAlive() && out.bytes().scope().isAlive();
        for (MemorySegment bundle : bundles) {
            open &= bundle.scope().isAlive();
        }
        if (!open) {
            throw new IllegalStateException("the memory of an operand of experts was given back");
        }
    }

    private void sort() {
        int most = rows * chosen;
        if (order.length < most) {
            order = new int[most];
            places = new int[most];
        }
        Arrays.fill(counts, 0);
        for (int i = 0; i < most; i++) {
            int expert = expert(i);
            if (expert >= 0) {
                counts[expert]++;
            }
        }
        groups = 0;
        int place = 0;
        for (int expert = 0; expert < counts.length; expert++) {
            if (counts[expert] > 0) {
                experts[groups] = expert;
                starts[groups++] = place;
                int next = place;
                place += counts[expert];
                counts[expert] = next;
            }
        }
        starts[groups] = place;
        for (int i = 0; i < most; i++) {
            int expert = expert(i);
            places[i] = expert < 0 ? -1 : counts[expert]++;
            if (expert >= 0) {
                order[places[i]] = i;
            }
        }
    }

    private int expert(int choice) {
        return ids.bytes().get(Lanes.INT, ids.at(choice / chosen) + 4L * (choice % chosen));
    }

    /** Cuts a phase's columns so that a piece reads its weights in a long run, and every worker has some. */
    private void cut(Phase next, int columns, long bytes, long multiplications) {
        boolean few = starts[groups] <= FEW;
        long most = few ? Math.max(TILE, PIECE_BYTES / Math.max(1, bytes)) : MANY_COLUMNS;
        long shares = (long) PIECES_EACH * workers.pool().size();
        long each = ((long) columns * groups + shares - 1) / shares;
        long wanted = Math.min(MixtureRooms.COLUMNS, Math.min(most, each));
        step = (int) Math.max(TILE, (wanted + TILE - 1) / TILE * TILE);
        phase = next;
        int count = 0;
        for (int group = 0; group < groups; group++) {
            count += pieces(group, columns);
        }
        if (multiplications < SMALL) {
            for (int i = 0; i < count; i++) {
                run(i, 0);
            }
        } else {
            meet(next, count);
        }
    }

    private void meet(Phase next, int count) {
        phase = next;
        pieces = count;
        workers.pool().run(count, this);
    }

    private int pieces(int group, int columns) {
        return blocks(group) * ((columns + step - 1) / step);
    }

    /** Blocks of rows of a group. */
    private int blocks(int group) {
        return (starts[group + 1] - starts[group] + MixtureRooms.ROWS - 1) / MixtureRooms.ROWS;
    }

    @Override
    public void run(int index, int worker) {
        switch (phase) {
            case PACK -> pack(index, worker);
            case COMBINE -> combine(index, worker);
            case UP, DOWN -> multiply(index, worker);
        }
    }

    /** Blocks of rows that share weights follow one another. */
    private void multiply(int index, int worker) {
        int columns = phase == Phase.UP ? inner : hidden;
        int group = 0;
        int piece = index;
        while (piece >= pieces(group, columns)) {
            piece -= pieces(group, columns);
            group++;
        }
        int place = starts[group] + piece % blocks(group) * MixtureRooms.ROWS;
        int count = Math.min(MixtureRooms.ROWS, starts[group + 1] - place);
        int first = piece / blocks(group) * step;
        int across = Math.min(step, columns - first);
        long weight = (long) experts[group] * columns + first;
        if (phase == Phase.DOWN) {
            down.multiply(place, count, weight, across, rooms.y(), place, first, worker);
            return;
        }
        Matrix gates = rooms.gates().get(worker);
        Matrix ups = rooms.ups().get(worker);
        gate.multiply(place, count, weight, across, gates, 0, 0, worker);
        up.multiply(place, count, weight, across, ups, 0, 0, worker);
        for (int m = 0; m < count; m++) {
            function.apply(gates, ups, m, rooms.between(), (long) place + m, first, across, worker);
        }
    }

    private void pack(int index, int worker) {
        float[] values = workers.scratch().floats(0, worker);
        int choices = starts[groups];
        int end = (int) ((long) choices * (index + 1) / pieces);
        for (int place = (int) ((long) choices * index / pieces); place < end; place++) {
            x.load(order[place] / chosen, values, 0);
            rooms.x().store(values, 0, place, 0, hidden);
        }
    }

    private void combine(int index, int worker) {
        float[] sums = workers.scratch().floats(0, worker);
        float[] given = workers.scratch().floats(1, worker);
        float[] shares = workers.scratch().floats(2, worker);
        int end = (int) ((long) rows * (index + 1) / pieces);
        for (int row = (int) ((long) rows * index / pieces); row < end; row++) {
            Arrays.fill(sums, 0, hidden, 0f);
            weights.load(row, shares, 0);
            for (int i = 0; i < chosen; i++) {
                int place = places[row * chosen + i];
                if (place >= 0) {
                    rooms.y().load(place, 0, given, 0, hidden);
                    add(sums, given, shares[i], hidden);
                }
            }
            out.store(sums, 0, row);
        }
    }

    private static void add(float[] sums, float[] values, float factor, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] = Math.fma(factor, values[i], sums[i]);
        }
    }
}
