package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;

/** Rounds what a step counts up to buckets, so that few shapes occur, and hands out one object for each. Confined to a thread. */
final class Shapes {
    /** Fewer keys than this make no difference worth a shape of its own. */
    private static final int FEWEST_KEYS = 64;

    /** What a shape counts beside the keys of each group: rows, sequences, rows of one sequence, outputs; the first three of a source, too. */
    private static final int COUNTS = 7;

    private final Axis axis;
    private final Optional<Axis> source;
    private final List<KeyGroup> groups;
    private final Network.Bounds bounds;
    private final int[] mostKeys; // [groups]
    private final int[] wanted; // the buckets of the step at hand
    private final List<int[]> buckets = new ArrayList<>();
    private final List<StepShape> shapes = new ArrayList<>();

    Shapes(Axis axis, Optional<Axis> source, List<KeyGroup> groups, Network.Bounds bounds) {
        this.axis = axis;
        this.source = source;
        this.groups = List.copyOf(groups);
        this.bounds = bounds;
        this.mostKeys = groups.stream().mapToInt(bounds::keys).toArray();
        this.wanted = new int[COUNTS + mostKeys.length];
    }

    StepShape largest() {
        return of(new Largest(bounds, groups));
    }

    /** A step that has as much of everything as there may be. */
    private record Largest(Network.Bounds bounds, List<KeyGroup> groups) implements StepCounts {
        @Override
        public int rows() {
            return bounds.rows();
        }

        @Override
        public int sequences() {
            return bounds.sequences();
        }

        @Override
        public int query() {
            return bounds.rows();
        }

        @Override
        public int outputs() {
            return bounds.outputs();
        }

        @Override
        public int keys(int group) {
            return bounds.keys(groups.get(group));
        }

        @Override
        public int sourceRows() {
            return bounds.rows();
        }

        @Override
        public int sources() {
            return bounds.sequences();
        }

        @Override
        public int sourceQuery() {
            return bounds.rows();
        }
    }

    StepShape of(StepCounts step) {
        wanted[0] = bucket("rows", step.rows(), bounds.rows(), 1);
        wanted[1] = bucket("sequences", step.sequences(), bounds.sequences(), 1);
        wanted[2] = bucket("rows of one sequence", step.query(), bounds.rows(), 1);
        wanted[3] = bucket("outputs", step.outputs(), bounds.outputs(), 1);
        if (source.isPresent()) {
            wanted[4] = bucket("rows of sources", step.sourceRows(), bounds.rows(), 1);
            wanted[5] = bucket("sources", step.sources(), bounds.sequences(), 1);
            wanted[6] = bucket("rows of one source", step.sourceQuery(), bounds.rows(), 1);
        }
        for (int group = 0; group < mostKeys.length; group++) {
            wanted[COUNTS + group] = bucket("keys", step.keys(group), mostKeys[group], FEWEST_KEYS);
        }
        return known();
    }

    private StepShape known() {
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
        source.ifPresent(rows -> {
            sizes.put(rows.rows(), wanted[4]);
            sizes.put(rows.sequences(), wanted[5]);
            sizes.put(rows.query(), wanted[6]);
        });
        for (int group = 0; group < groups.size(); group++) {
            sizes.put(groups.get(group).keys(), wanted[COUNTS + group]);
        }
        return new StepShape(sizes);
    }
}
