package org.tenon.api.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * All that the host knows of a step: how large each {@link Extent} is, rounded up to a bucket. Grids, workspaces and plans
 * depend on it and on nothing else. Two steps of equal shape run the same kernels in the same way; whatever else differs
 * lives in tensors.
 *
 * <p>Immutable and thread-safe; {@link #size} neither allocates nor hashes.
 */
public final class StepShape {
    /** The shape of a step that counts nothing: a program of fixed shapes. */
    public static final StepShape NONE = new StepShape(Map.of());

    private final Extent[] extents;
    private final int[] sizes;

    /**
     * Makes a shape.
     *
     * @param sizes the size of each extent, zero or more
     */
    public StepShape(Map<Extent, Integer> sizes) {
        List<Map.Entry<Extent, Integer>> entries = sizes.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().name()))
                .toList();
        this.extents = new Extent[entries.size()];
        this.sizes = new int[entries.size()];
        for (int i = 0; i < entries.size(); i++) {
            extents[i] = entries.get(i).getKey();
            this.sizes[i] = entries.get(i).getValue();
            if (this.sizes[i] < 0) {
                throw new IllegalArgumentException(extents[i] + " can't be negative: " + this.sizes[i]);
            }
        }
    }

    /**
     * The size of an extent.
     *
     * @param extent what is counted
     * @return its size in this step
     * @throws IllegalArgumentException when the step doesn't count it
     */
    public int size(Extent extent) {
        for (int i = 0; i < extents.length; i++) {
            if (extents[i].equals(extent)) {
                return sizes[i];
            }
        }
        throw new IllegalArgumentException("this step counts no " + extent + "; it counts " + this);
    }

    /** {@return what this step counts, in the order of the names} */
    public List<Extent> extents() {
        return List.of(extents);
    }

    /**
     * Whether a step of another shape fits into memory planned for this one.
     *
     * @param step the other shape
     * @return whether it counts the same extents and none larger
     */
    public boolean holds(StepShape step) {
        if (!Arrays.equals(extents, step.extents)) {
            return false;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (step.sizes[i] > sizes[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StepShape step
                && Arrays.equals(extents, step.extents)
                && Arrays.equals(sizes, step.sizes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(extents) + Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < extents.length; i++) {
            text.append(i == 0 ? "" : ", ").append(extents[i]).append('=').append(sizes[i]);
        }
        return text.append('}').toString();
    }
}
