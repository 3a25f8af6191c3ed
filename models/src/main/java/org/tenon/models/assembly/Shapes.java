package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;

/** Rounds what a step counts up to buckets, so that few shapes occur, and hands out one object for each. Confined to a thread. */
final class Shapes {
    /** Fewer keys than this make no difference worth a shape of its own. */
    private static final int FEWEST_KEYS = 64;

    /** What a shape counts beside the keys of each group: rows, sequences, rows of one sequence, outputs. */
    private static final int COUNTS = 4;

    private final Axis axis;
    private final List<KeyGroup> groups;
    private final Network.Bounds bounds;
    private final int[] mostKeys; // [groups]
    private final int[] wanted; // the buckets of the step at hand
    private final List<int[]> buckets = new ArrayList<>();
    private final List<StepShape> shapes = new ArrayList<>();

    Shapes(Axis axis, List<KeyGroup> groups, Network.Bounds bounds) {
        this.axis = axis;
        this.groups = List.copyOf(groups);
        this.bounds = bounds;
        this.mostKeys = groups.stream().mapToInt(bounds::keys).toArray();
        this.wanted = new int[COUNTS + mostKeys.length];
    }

    StepShape largest() {
        return of(bounds.rows(), bounds.sequences(), bounds.rows(), bounds.outputs(), mostKeys);
    }

    StepShape of(int rows, int sequences, int query, int outputs, int[] keys) {
        wanted[0] = bucket("rows", rows, bounds.rows(), 1);
        wanted[1] = bucket("sequences", sequences, bounds.sequences(), 1);
        wanted[2] = bucket("rows of one sequence", query, bounds.rows(), 1);
        wanted[3] = bucket("outputs", outputs, bounds.outputs(), 1);
        for (int group = 0; group < mostKeys.length; group++) {
            wanted[COUNTS + group] = bucket("keys", keys[group], mostKeys[group], FEWEST_KEYS);
        }
        for (int i = 0; i < shapes.size(); i++) {
            if (Arrays.equals(buckets.get(i), wanted)) {
                return shapes.get(i);
            }
        }
        StepShape shape = make();
        buckets.add(wanted.clone());
        shapes.add(shape);
        return shape;
    }

    /** The next power of two, or the bound itself. */
    static int bucket(String what, int count, int bound, int fewest) {
        if (count < 0 || count > bound) {
            throw new IllegalArgumentException("a step of " + count + " " + what + " exceeds the bound of " + bound);
        }
        if (count == 0) {
            return 0;
        }
        int power = count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
        return Math.min(bound, Math.max(fewest, power));
    }

    private StepShape make() {
        Map<Extent, Integer> sizes = new HashMap<>();
        sizes.put(axis.rows(), wanted[0]);
        sizes.put(axis.sequences(), wanted[1]);
        sizes.put(axis.query(), wanted[2]);
        sizes.put(axis.outputs(), wanted[3]);
        for (int group = 0; group < groups.size(); group++) {
            sizes.put(groups.get(group).keys(), wanted[COUNTS + group]);
        }
        return new StepShape(sizes);
    }
}
