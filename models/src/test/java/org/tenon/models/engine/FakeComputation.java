package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tenon.api.backend.Roof;
import org.tenon.api.program.KernelListener;

/**
 * A model without weights. It keeps the ids themselves as keys, in blocks, and computes logits from the ids that it finds there through the
 * block tables; so a wrong slot, table, base, length or position, or a block that wasn't cleared, gives another answer or an error. A
 * group of caches sees all keys or a window; what a window has left is looked up nowhere, and the logits depend on the last ids alone where no
 * group sees all.
 *
 * <p>With slots, it keeps the ids of a sequence as its state, too, and demands that both tell the same.
 */
final class FakeComputation implements Computation {
    private final Function<int[], float[]> logits;
    private final int blockSize;
    private final List<Blocks.Group> groups;
    private final List<int[]> keys = new ArrayList<>(); // [groups][blocks * blockSize], id + 1, zero for none
    private final int[][] states; // [slots][ids]
    private int length; // of the longest reach
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private volatile Consumer<StepRows> before = rows -> {};
    private float[][] wanted = {};
    private int steps;
    private int best;
    private int rowsRead;
    private int bestRead;

    FakeComputation(Function<int[], float[]> logits, int blockSize, Blocks.Group... groups) {
        this(logits, 0, blockSize, groups);
    }

    /** A computation with states in so many slots, with or without keys. */
    FakeComputation(Function<int[], float[]> logits, int slots, int blockSize, Blocks.Group... groups) {
        this.states = new int[slots][];
        this.logits = logits;
        this.blockSize = blockSize;
        this.groups = List.of(groups);
        for (Blocks.Group group : groups) {
            keys.add(new int[blockSize * group.blocks()]);
            length = Math.max(length, group.reach());
        }
    }

    /** Blocks for this computation, whose full ones are shared. */
    Blocks blocks() {
        return new Blocks(blockSize, groups, states.length, true, this::clear);
    }

    /** Has something happen at the beginning of every step. */
    void before(Consumer<StepRows> action) {
        before = action;
    }

    /** Looks for so many of the best of each row from now on. */
    FakeComputation looking(int count) {
        best = count;
        return this;
    }

    /** How many rows of logits have been read. */
    int rowsRead() {
        return rowsRead;
    }

    /** How many of the best of rows have been read. */
    int bestRead() {
        return bestRead;
    }

    int closed() {
        return closed.get();
    }

    int steps() {
        return steps;
    }

    @Override
    public void run(StepRows rows) {
        enter();
        try {
            before.accept(rows);
            compute(rows);
        } finally {
            leave();
        }
    }

    private void compute(StepRows rows) {
        steps++;
        for (int group = 0; group < keys.size(); group++) {
            for (int row = 0; row < rows.rows(); row++) {
                int slot = rows.slots[group][row];
                int expected = place(rows, group, rows.sequence[row], rows.positions[row]);
                check(slot == expected, "slot " + slot + " of row " + row + " is not " + expected);
                keys.get(group)[slot] = rows.ids[row] + 1;
            }
        }
        for (int row = 0; row < rows.rows(); row++) {
            for (int group = 0; group < keys.size(); group++) {
                seen(rows, group, row);
            }
        }
        int[][] recurrent = states.length > 0 ? scan(rows) : new int[rows.rows()][0];
        wanted = new float[rows.outputs()][];
        for (int output = 0; output < rows.outputs(); output++) {
            int[] ids = recurrent[rows.outputs[output]];
            for (int group = 0; group < keys.size(); group++) {
                int[] found = seen(rows, group, rows.outputs[output]);
                check(ids.length == 0 || Arrays.equals(ids, found), "a state is not what its sequence's keys are");
                ids = found.length > ids.length ? found : ids;
            }
            wanted[output] = logits.apply(ids);
        }
    }

    /** The ids that a row sees through a group's tables. */
    private int[] seen(StepRows rows, int group, int row) {
        int sequence = rows.sequence[row];
        int position = rows.positions[row];
        check(position < rows.lengths[sequence], "a row stands beyond its sequence's length");
        check(
                rows.lengths[sequence] - rows.bases[group][sequence] <= rows.keys[group],
                "a table has more keys than the step's shape says");
        int first = (int) Math.max(0, (long) position - groups.get(group).reach() + 1);
        int[] ids = new int[position + 1 - first];
        for (int i = 0; i < ids.length; i++) {
            int key = keys.get(group)[place(rows, group, sequence, first + i)];
            check(key > 0, "no key at position " + (first + i) + " for " + position);
            ids[i] = key - 1;
        }
        return ids;
    }

    /** The states after each row. */
    private int[][] scan(StepRows rows) {
        int[][] before = new int[rows.sequences()][];
        for (int sequence = 0; sequence < before.length; sequence++) {
            int slot = rows.reads[sequence];
            before[sequence] = slot < 0 ? new int[0] : states[slot];
        }
        int[][] after = new int[rows.rows()][];
        for (int row = 0; row < after.length; row++) {
            int[] ids = before[rows.sequence[row]];
            check(ids.length == rows.positions[row], "a state is of another position than its row's");
            after[row] = Arrays.copyOf(ids, ids.length + 1);
            after[row][ids.length] = rows.ids[row];
            before[rows.sequence[row]] = after[row];
            if (rows.writes[row] >= 0) {
                states[rows.writes[row]] = after[row];
            }
        }
        return after;
    }

    private int place(StepRows rows, int group, int sequence, int position) {
        int entries = rows.entries[group];
        int place = position - rows.bases[group][sequence];
        check(place >= 0 && place / blockSize < entries, "position " + position + " is outside the table");
        int block = rows.tables[group][sequence * entries + place / blockSize];
        check(block >= 0, "no block for position " + position);
        return block * blockSize + place % blockSize;
    }

    @Override
    public int best() {
        return best;
    }

    @Override
    public void best(int rows, int count, float[] pairs) {
        check(count == 1 || count == best, count + " are neither the first nor all that are looked for");
        check(rows == wanted.length, "not the rows of the step");
        bestRead += rows * count;
        for (int output = 0; output < rows; output++) {
            float[] row = wanted[output];
            List<Integer> falling = IntStream.range(0, row.length)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(id -> row[id] + 0.0)
                            .reversed())
                    .toList();
            for (int i = 0; i < count; i++) {
                pairs[2 * (output * count + i)] = falling.get(i);
                pairs[2 * (output * count + i) + 1] = row[falling.get(i)];
            }
        }
    }

    @Override
    public void logits(int output, float[] target) {
        rowsRead++;
        System.arraycopy(wanted[output], 0, target, 0, target.length);
    }

    @Override
    public void clear(int group, int block, int positions) {
        enter();
        Arrays.fill(keys.get(group), block * blockSize, block * blockSize + positions, 0);
        for (int place = positions; place < blockSize; place++) {
            check(keys.get(group)[block * blockSize + place] == 0, "place " + place + " was written and isn't cleared");
        }
        leave();
    }

    @Override
    public void copy(int group, int from, int to, int positions) {
        enter();
        System.arraycopy(keys.get(group), from * blockSize, keys.get(group), to * blockSize, positions);
        leave();
    }

    @Override
    public void copyStates(int from, int to) {
        enter();
        states[to] = states[from].clone();
        leave();
    }

    @Override
    public void listen(KernelListener listener) {
        enter();
        leave();
    }

    @Override
    public Optional<Roof> roof(List<Roof.Product> products) {
        enter();
        leave();
        return Optional.empty();
    }

    @Override
    public void listenNoMore() {
        enter();
        leave();
    }

    @Override
    public void close() {
        enter();
        closed.incrementAndGet();
        leave();
    }

    private void enter() {
        check(users.incrementAndGet() == 1, "two threads at once");
        check(closed.get() == 0, "used after it was closed");
    }

    private void leave() {
        users.decrementAndGet();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
