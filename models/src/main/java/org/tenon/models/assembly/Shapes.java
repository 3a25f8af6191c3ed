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

    private final Axis axis;
    private final List<KeyGroup> groups;
    private final Network.Bounds bounds;
    private long[] codes = new long[16];
    private final List<StepShape> shapes = new ArrayList<>();

    Shapes(Axis axis, List<KeyGroup> groups, Network.Bounds bounds) {
        this.axis = axis;
        this.groups = List.copyOf(groups);
        this.bounds = bounds;
    }

    StepShape largest() {
        return make(bounds.rows(), bounds.sequences(), bounds.rows(), bounds.outputs(), bounds.keys());
    }

    StepShape of(int rows, int sequences, int query, int outputs, int keys) {
        int bucketRows = bucket("rows", rows, bounds.rows(), 1);
        int bucketSequences = bucket("sequences", sequences, bounds.sequences(), 1);
        int bucketQuery = bucket("rows of one sequence", query, bounds.rows(), 1);
        int bucketOutputs = bucket("outputs", outputs, bounds.outputs(), 1);
        int bucketKeys = bucket("keys", keys, bounds.keys(), FEWEST_KEYS);
        long code = code(bucketRows);
        code = code << 6 | code(bucketSequences);
        code = code << 6 | code(bucketQuery);
        code = code << 6 | code(bucketOutputs);
        code = code << 6 | code(bucketKeys);
        for (int i = 0; i < shapes.size(); i++) {
            if (codes[i] == code) {
                return shapes.get(i);
            }
        }
        StepShape shape = make(bucketRows, bucketSequences, bucketQuery, bucketOutputs, bucketKeys);
        if (shapes.size() == codes.length) {
            codes = Arrays.copyOf(codes, 2 * codes.length);
        }
        codes[shapes.size()] = code;
        shapes.add(shape);
        return shape;
    }

    /** The next power of two, or the bound itself. */
    private static int bucket(String what, int count, int bound, int fewest) {
        if (count < 0 || count > bound) {
            throw new IllegalArgumentException("a step of " + count + " " + what + " exceeds the bound of " + bound);
        }
        if (count == 0) {
            return 0;
        }
        int power = count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
        return Math.min(bound, Math.max(fewest, power));
    }

    /** Distinct for distinct buckets of one bound: powers of two by their exponent, the bound as the power above it, zero as 63. */
    private static long code(int bucket) {
        return bucket == 0 ? 63 : 32 - Integer.numberOfLeadingZeros(bucket - 1);
    }

    private StepShape make(int rows, int sequences, int query, int outputs, int keys) {
        Map<Extent, Integer> sizes = new HashMap<>();
        sizes.put(axis.rows(), rows);
        sizes.put(axis.sequences(), sequences);
        sizes.put(axis.query(), query);
        sizes.put(axis.outputs(), outputs);
        groups.forEach(group -> sizes.put(group.keys(), keys));
        return new StepShape(sizes);
    }
}
