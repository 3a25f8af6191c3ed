package org.tenon.backend.cpu;

import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Attention;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;

/**
 * The launch of attention. A piece of work is a tile of rows and one key head, so that each key is read once for all query heads that share it
 * and for all rows of a sequence in the tile. Tiles of keys begin at the table's base, so that a result depends neither on the size
 * of blocks nor on what else is in the step.
 */
final class TiledAttention implements Launch, WorkerPool.Task {
    /** Rows of a tile in prefill. */
    static final int ROWS = 16;

    /** The most rows of a step that are taken one by one, as decoding has them. */
    private static final int FEW = 32;

    private static final int KEYS = OnlineSoftmax.KEYS;

    private final Workers workers;
    private final OnlineSoftmax[] softmaxes;
    private final Scores scores;
    private final Sight sight;
    private final View q;
    private final View keys;
    private final View values;
    private final View table;
    private final View bases;
    private final View lengths;
    private final View sequence;
    private final View positions;
    private final View result;
    private final int kvHeads;
    private final int group; // query heads for each key head
    private final int blockSize;
    private int rows;
    private int tileRows;

    /**
     * Binds the launch.
     *
     * @param workers do the work
     * @param softmaxes one for each worker
     * @param op how scores are made
     * @param sight which of them count
     * @param in the operands
     * @param out the output
     */
    TiledAttention(
            Workers workers,
            OnlineSoftmax[] softmaxes,
            Attention op,
            Sight sight,
            Attention.In<Buffer> in,
            Buffer out) {
        this.workers = workers;
        this.softmaxes = softmaxes;
        this.scores = new Scores(op, in);
        this.sight = sight;
        q = new View(in.q());
        keys = new View(in.keys());
        values = new View(in.values());
        table = new View(in.table());
        bases = new View(in.bases());
        lengths = new View(in.lengths());
        sequence = new View(in.sequence());
        positions = new View(in.positions());
        result = new View(out);
        kvHeads = Math.toIntExact(keys.shape().size(1));
        group = Math.toIntExact(q.shape().size(1) / keys.shape().size(1));
        blockSize = Math.toIntExact(keys.shape().size(2));
    }

    @Override
    public void run(Queue queue, StepShape step) {
        rows = Math.toIntExact(q.shape().dim(0).size(step));
        tileRows = rows <= FEW ? 1 : ROWS;
        scores.ready();
        workers.pool().run((rows + tileRows - 1) / tileRows * kvHeads, this);
    }

    /** One tile of rows and one key head; the rows of a sequence lie together. */
    @Override
    public void run(int index, int worker) {
        int kvHead = index % kvHeads;
        int row = index / kvHeads * tileRows;
        int end = Math.min(rows, row + tileRows);
        while (row < end) {
            int owner = sequence.integer(row);
            int next = row + 1;
            while (next < end && sequence.integer(next) == owner) {
                next++;
            }
            attend(softmaxes[worker], owner, row, next, kvHead);
            row = next;
        }
    }

    /** Rows of one sequence. */
    private void attend(OnlineSoftmax softmax, int owner, int first, int end, int kvHead) {
        int queries = (end - first) * group;
        for (int i = 0; i < queries; i++) {
            softmax.begin(i);
        }
        if (owner >= 0) {
            see(softmax, owner, first, end, kvHead);
        }
        for (int i = 0; i < queries; i++) {
            result.store(softmax.mean(i), 0, head(first, i, kvHead));
        }
    }

    /** The row of {@code q} and of the result, counted in heads, for query {@code i} of the tile. */
    private long head(int first, int i, int kvHead) {
        return ((long) first + i / group) * kvHeads * group + (long) kvHead * group + i % group;
    }

    private void see(OnlineSoftmax softmax, int owner, int first, int end, int kvHead) {
        int base = bases.integer(owner);
        int last = lengths.integer(owner) - 1;
        int low = Integer.MAX_VALUE;
        int high = Integer.MIN_VALUE;
        for (int row = first; row < end; row++) {
            low = Math.min(low, sight.lowest(positions.integer(row), base));
            high = Math.max(high, sight.highest(positions.integer(row), last));
        }
        if (low > high) {
            return;
        }
        int queries = (end - first) * group;
        for (int i = 0; i < queries; i++) {
            softmax.query(i, q, head(first, i, kvHead));
        }
        for (int tile = (low - base) / KEYS; tile <= (high - base) / KEYS; tile++) {
            int start = base + tile * KEYS;
            load(softmax, owner, kvHead, tile * KEYS, Math.max(low - start, 0), Math.min(high - start + 1, KEYS));
            for (int i = 0; i < queries; i++) {
                int position = positions.integer(first + i / group);
                int from = Math.max(sight.lowest(position, base) - start, 0);
                int to = Math.min(sight.highest(position, last) - start + 1, KEYS);
                if (from < to) {
                    softmax.see(i, from, to, scores, kvHead * group + i % group, start - position);
                }
            }
        }
    }

    /** Reads a tile of keys and values; {@code offset} is the tile's first key, counted from the table's base. */
    private void load(OnlineSoftmax softmax, int owner, int kvHead, int offset, int from, int to) {
        long entries = table.at(owner);
        for (int j = from; j < to; j++) {
            int entry = (offset + j) / blockSize;
            int block = entry < table.width() ? table.bytes().get(Lanes.INT, entries + 4L * entry) : -1;
            if (block < 0) {
                softmax.noKey(j);
            } else {
                long place = ((long) block * kvHeads + kvHead) * blockSize + (offset + j) % blockSize;
                softmax.key(j, keys, values, place);
            }
        }
        softmax.ready();
    }
}
