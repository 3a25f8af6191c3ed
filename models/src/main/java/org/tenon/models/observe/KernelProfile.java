package org.tenon.models.observe;

import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.tenon.api.program.Kernel;
import org.tenon.api.program.KernelListener;
import org.tenon.api.tensor.StepShape;

/**
 * Where the time of steps goes, summed over equal kernels. It is attached with {@link org.tenon.api.model.CausalModel#profile}. Thread-safe.
 */
public final class KernelProfile implements KernelListener {
    private static final double NANOS = 1e9;

    private final Map<Kernel, Sum> sums = new HashMap<>();
    private final IdentityHashMap<Kernel, Sum> seen =
            new IdentityHashMap<>(); // a kernel of a program is always the same object

    /** A profile of nothing yet. */
    public KernelProfile() {}

    /**
     * What equal kernels took together.
     *
     * @param kernel what each of them computes
     * @param count how often they ran
     * @param nanos the time that they took, in nanoseconds
     * @param bytesPerSecond what they read and wrote in a second; nothing where it isn't known
     * @param flopsPerSecond the floating-point operations of their products in a second; nothing where there are none
     */
    public record Entry(
            Kernel kernel, long count, long nanos, OptionalDouble bytesPerSecond, OptionalDouble flopsPerSecond) {}

    private static final class Sum {
        private final Kernel kernel;
        private long count;
        private long nanos;
        private long bytes;
        private long flops;

        Sum(Kernel kernel) {
            this.kernel = kernel;
        }

        void add(StepShape step, long took) {
            KernelCost cost = KernelCost.of(kernel, step);
            count++;
            nanos += took;
            bytes += cost.bytes().orElse(0);
            flops += cost.flops().orElse(0);
        }

        Entry entry() {
            return new Entry(kernel, count, nanos, rate(bytes), rate(flops));
        }

        private OptionalDouble rate(long moved) {
            return moved == 0 || nanos == 0 ? OptionalDouble.empty() : OptionalDouble.of(moved * NANOS / nanos);
        }
    }

    @Override
    public synchronized void ran(Kernel kernel, StepShape step, long nanos) {
        seen.computeIfAbsent(kernel, one -> sums.computeIfAbsent(one, Sum::new)).add(step, nanos);
    }

    /** {@return the kernels so far, those that took the most time first} */
    public synchronized List<Entry> entries() {
        return sums.values().stream()
                .map(Sum::entry)
                .sorted(Comparator.comparingLong(Entry::nanos).reversed())
                .toList();
    }

    /** {@return the time of all kernels so far, in nanoseconds} */
    public synchronized long nanos() {
        return sums.values().stream().mapToLong(sum -> sum.nanos).sum();
    }
}
