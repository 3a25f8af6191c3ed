package org.tenon.models.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.tenon.api.program.KernelListener;

/**
 * A model without weights. It keeps the ids themselves as keys, in blocks, and computes logits from the ids that it finds there through the
 * block tables; so a wrong slot, table, length or position, or a block that wasn't cleared, gives another answer or an error.
 */
final class FakeComputation implements Computation {
    private final Function<int[], float[]> logits;
    private final int blockSize;
    private final int[] keys; // id + 1, zero for none
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private volatile Consumer<StepRows> before = rows -> {};
    private float[][] wanted = {};
    private int steps;

    FakeComputation(Function<int[], float[]> logits, int blockSize, int blocks) {
        this.logits = logits;
        this.blockSize = blockSize;
        this.keys = new int[blockSize * blocks];
    }

    /** Has something happen at the beginning of every step. */
    void before(Consumer<StepRows> action) {
        before = action;
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
        for (int row = 0; row < rows.rows(); row++) {
            int slot = rows.slots[row];
            int expected = place(rows, rows.sequence[row], rows.positions[row]);
            check(slot == expected, "slot " + slot + " of row " + row + " is not " + expected);
            keys[slot] = rows.ids[row] + 1;
        }
        wanted = new float[rows.outputs()][];
        for (int output = 0; output < rows.outputs(); output++) {
            int row = rows.outputs[output];
            int sequence = rows.sequence[row];
            int[] ids = new int[rows.positions[row] + 1];
            check(ids.length <= rows.lengths[sequence], "a row stands beyond its sequence's length");
            for (int position = 0; position < ids.length; position++) {
                int key = keys[place(rows, sequence, position)];
                check(key > 0, "no key at position " + position + " of " + ids.length);
                ids[position] = key - 1;
            }
            wanted[output] = logits.apply(ids);
        }
    }

    private int place(StepRows rows, int sequence, int position) {
        int block = rows.table[sequence * rows.entries + position / blockSize];
        check(block >= 0, "no block for position " + position);
        return block * blockSize + position % blockSize;
    }

    @Override
    public void logits(int output, float[] target) {
        System.arraycopy(wanted[output], 0, target, 0, target.length);
    }

    @Override
    public void clear(int block) {
        enter();
        Arrays.fill(keys, block * blockSize, (block + 1) * blockSize, 0);
        leave();
    }

    @Override
    public void listen(KernelListener listener) {
        enter();
        leave();
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
