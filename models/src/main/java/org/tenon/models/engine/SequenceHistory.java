package org.tenon.models.engine;

import java.util.Arrays;
import org.tenon.api.model.History;

/** A sequence as the sampling chain sees it. Ids are counted when somebody first asks, and from then on as they come. */
final class SequenceHistory implements History {
    private static final int FEWEST = 64;

    private final CachedSequence sequence;
    private final int promptLength;
    private int counted;
    private int[] order = new int[FEWEST / 2]; // the different ids
    private int distinct;

    /** An open-addressing table: where an id stands in the order, plus one; and how often it occurs. Half of it at most is in use. */
    private int[] places = new int[FEWEST];

    private int[] counts = new int[FEWEST / 2]; // by place in the order

    SequenceHistory(CachedSequence sequence, int promptLength) {
        this.sequence = sequence;
        this.promptLength = promptLength;
    }

    @Override
    public int length() {
        return sequence.length();
    }

    @Override
    public int promptLength() {
        return promptLength;
    }

    @Override
    public int id(int position) {
        return sequence.id(position);
    }

    @Override
    public int count(int id) {
        catchUp();
        int place = places[slot(id)];
        return place == 0 ? 0 : counts[place - 1];
    }

    @Override
    public int distinct() {
        catchUp();
        return distinct;
    }

    @Override
    public int distinct(int index) {
        return order[index];
    }

    private void catchUp() {
        for (; counted < sequence.length(); counted++) {
            int id = sequence.id(counted);
            int slot = slot(id);
            if (places[slot] == 0) {
                if (distinct == order.length) {
                    grow();
                    slot = slot(id);
                }
                order[distinct] = id;
                places[slot] = ++distinct;
            }
            counts[places[slot] - 1]++;
        }
    }

    private int slot(int id) {
        int mask = places.length - 1;
        int slot = (id * 0x9E3779B9) >>> 7 & mask;
        while (places[slot] != 0 && order[places[slot] - 1] != id) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        order = Arrays.copyOf(order, 2 * order.length);
        counts = Arrays.copyOf(counts, 2 * counts.length);
        places = new int[2 * places.length];
        for (int i = 0; i < distinct; i++) {
            places[slot(order[i])] = i + 1;
        }
    }
}
