package org.tenon.backend.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.StepShape;

/**
 * The way through operands of one joint shape, element by element: runs of the innermost dimension, as long as the operands' strides allow.
 * A dimension of 1 that meets a larger one repeats: its stride is 0. Dimensions that lie without gaps in all operands are one.
 */
final class Walk {
    /** Elements handled at once: a few such arrays stay in the first-level cache. */
    static final int RUN = 512;

    private static final Dim ONE = Dim.of(1);

    private final Dim[] dims; // outermost first, at least one
    private final long[][] strides; // [operand][dimension], in bytes; 0 where it repeats
    private final long[] sizes; // those of the current step
    private long runs; // in a row of the innermost dimension

    /**
     * Plans a walk.
     *
     * @param shape gives the joint shape
     * @param operands what is walked through, each of a shape that meets the joint one
     */
    Walk(Buffer shape, List<Buffer> operands) {
        List<Dim> joint = new ArrayList<>(shape.shape().dims());
        List<List<Long>> steps = new ArrayList<>();
        for (Buffer operand : operands) {
            List<Long> own = new ArrayList<>(Collections.nCopies(joint.size(), 0L));
            int rank = operand.shape().rank();
            for (int i = 0; i < rank; i++) {
                int place = joint.size() - rank + i;
                boolean repeats = operand.shape().dim(i).equals(ONE);
                long stride = i == rank - 1
                        ? operand.type().blockBytes()
                        : operand.spec().stride(i);
                own.set(place, repeats ? 0 : stride);
            }
            steps.add(own);
        }
        List<Long> elementBytes = operands.stream()
                .map(operand -> (long) operand.type().blockBytes())
                .toList();
        merge(joint, steps, elementBytes);
        dims = joint.toArray(Dim[]::new);
        sizes = new long[dims.length];
        strides = new long[operands.size()][dims.length];
        for (int i = 0; i < strides.length; i++) {
            for (int d = 0; d < dims.length; d++) {
                strides[i][d] = steps.get(i).get(d);
            }
        }
    }

    /** Makes one dimension of two where that changes no address. */
    private static void merge(List<Dim> dims, List<List<Long>> steps, List<Long> elementBytes) {
        for (int outer = dims.size() - 2; outer >= 0; outer--) {
            int inner = outer + 1;
            if (dims.get(inner).equals(ONE) && (inner < dims.size() - 1 || dense(steps, outer, elementBytes))) {
                remove(inner, dims, steps);
            } else if (dims.get(outer).equals(ONE)) {
                remove(outer, dims, steps);
            } else if (dims.get(inner) instanceof Dim.Fixed fixed && follows(steps, outer, fixed.size())) {
                dims.set(inner, dims.get(outer).times(fixed.size()));
                remove(outer, dims, steps);
            }
        }
    }

    private static void remove(int dim, List<Dim> dims, List<List<Long>> steps) {
        dims.remove(dim);
        steps.forEach(own -> own.remove(dim));
    }

    /** Whether each operand could have this dimension as its innermost. */
    private static boolean dense(List<List<Long>> steps, int dim, List<Long> elementBytes) {
        return IntStream.range(0, steps.size())
                .allMatch(
                        i -> steps.get(i).get(dim) == 0 || steps.get(i).get(dim).equals(elementBytes.get(i)));
    }

    /** Whether each operand goes on along the outer dimension where it ends along the inner one. */
    private static boolean follows(List<List<Long>> steps, int outer, long innerSize) {
        return innerSize > 0 && steps.stream().allMatch(own -> own.get(outer) == own.get(outer + 1) * innerSize);
    }

    /** Takes the sizes of a step; {@return the number of runs in it} */
    long begin(StepShape step) {
        long rows = 1;
        for (int i = 0; i < dims.length; i++) {
            sizes[i] = dims[i].size(step);
            rows *= i < dims.length - 1 ? sizes[i] : 1;
        }
        runs = (sizes[dims.length - 1] + RUN - 1) / RUN;
        return rows * runs;
    }

    /** {@return the elements in a full run} */
    int effort() {
        return (int) Math.min(RUN, sizes[dims.length - 1]);
    }

    /** {@return the elements in a run} */
    int length(long run) {
        return (int) Math.min(RUN, sizes[dims.length - 1] - run % runs * RUN);
    }

    /** {@return the byte at which an operand's part of a run begins} */
    long at(int operand, long run) {
        long[] own = strides[operand];
        int last = dims.length - 1;
        long offset = run % runs * RUN * own[last];
        long row = run / runs;
        for (int i = last - 1; i >= 0; i--) {
            offset += row % sizes[i] * own[i];
            row /= sizes[i];
        }
        return offset;
    }

    /** {@return whether one element of the operand stands for the whole run} */
    boolean repeats(int operand) {
        return strides[operand][dims.length - 1] == 0;
    }
}
