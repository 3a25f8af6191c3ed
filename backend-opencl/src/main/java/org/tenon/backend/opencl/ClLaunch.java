package org.tenon.backend.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.backend.opencl.ffi.ClKernel;

/**
 * A kernel bound to its operands. Arguments that a step's shape decides are set again when they change; all others were set at load. Where items do units of work, the
 * last two are how many units there are, and how many of them, one after another, an item does; where each unit has a work-group there are no more. Allocates
 * nothing in a step.
 */
final class ClLaunch implements Launch {
    private static final long UNSET = -1;
    /** A work-item of a processor does at least so many additions or the like. */
    static final long EFFORT = 1 << 14;

    /** Units that an item of a GPU does where one is no more than an addition: to find its place takes longer. */
    private static final long ELEMENTS = 4;

    private final Kernels kernels;
    private final ClKernel kernel;
    private final int[] places;
    private final List<ToLongFunction<StepShape>> sizes;
    private final long[] now;
    private final long[] before;
    private final ToLongFunction<StepShape> units;
    private final long grain;
    private final int last;
    private final long group;
    private final boolean grouped;

    private ClLaunch(Builder builder, ToLongFunction<StepShape> units, long effort, boolean grouped) {
        kernels = builder.kernels;
        kernel = builder.kernel;
        places = builder.places.stream().mapToInt(Integer::intValue).toArray();
        sizes = List.copyOf(builder.sizes);
        now = new long[places.length];
        before = new long[places.length + 1];
        Arrays.fill(before, UNSET);
        this.units = units;
        grain = Math.max(1, EFFORT / Math.max(1, effort));
        last = builder.next;
        group = builder.group;
        this.grouped = grouped;
    }

    /** Sets arguments, in the kernel's order. */
    static final class Builder {
        private final Kernels kernels;
        private final ClKernel kernel;
        private final long group;
        private final List<Integer> places = new ArrayList<>();
        private final List<ToLongFunction<StepShape>> sizes = new ArrayList<>();
        private int next;

        Builder(Kernels kernels, ClKernel kernel, long group) {
            this.kernels = kernels;
            this.kernel = kernel;
            this.group = group;
        }

        /** An operand: its memory and its view. */
        Builder operand(Buffer buffer) {
            return operand(buffer, View.of(buffer));
        }

        /** An operand that is seen in another way. */
        Builder operand(Buffer buffer, long[] view) {
            kernel.set(next++, ClMemory.buffer(buffer.storage()));
            kernel.set(next++, view);
            return this;
        }

        /** An operand that may be missing: then it has no memory. */
        Builder operand(Optional<Buffer> buffer) {
            if (buffer.isPresent()) {
                return operand(buffer.get());
            }
            kernel.setNone(next++);
            kernel.set(next++, View.NONE);
            return this;
        }

        /** Memory without a view. */
        Builder memory(Buffer buffer) {
            kernel.set(next++, ClMemory.buffer(buffer.storage()));
            kernel.set(next++, buffer.offset());
            return this;
        }

        /** Memory alone, in which numbers say where things lie. */
        Builder memory(Storage storage) {
            kernel.set(next++, ClMemory.buffer(storage));
            return this;
        }

        /** A number. */
        Builder number(long value) {
            kernel.set(next++, value);
            return this;
        }

        /** A yes or no, as 1 or 0. */
        Builder flag(boolean value) {
            return number(value ? 1 : 0);
        }

        /** A real number. */
        Builder real(double value) {
            kernel.set(next++, (float) value);
            return this;
        }

        /** A number that the step's shape decides. */
        Builder size(ToLongFunction<StepShape> size) {
            places.add(next++);
            sizes.add(size);
            return this;
        }

        /** {@return how many work-items a work-group of this launch has, where units are work-groups} */
        long group() {
            return group;
        }

        /**
         * The launch, a work-group for each unit of work.
         *
         * @param units how many units of work a step has
         */
        ClLaunch overGroups(ToLongFunction<StepShape> units) {
            return new ClLaunch(this, units, 1, true);
        }

        /**
         * The launch of a kernel that does units in items on a processor, and in work-groups on a GPU.
         *
         * @param units how many units of work a step has
         * @param effort what one of them takes, in additions or the like
         */
        ClLaunch overEither(ToLongFunction<StepShape> units, long effort) {
            return kernels.processor() ? over(units, effort) : overGroups(units);
        }

        /**
         * The launch, by items.
         *
         * @param units how many units of work a step has
         * @param effort what one of them takes, in additions or the like
         */
        ClLaunch over(ToLongFunction<StepShape> units, long effort) {
            return new ClLaunch(this, units, effort, false);
        }
    }

    @Override
    public void run(Queue queue, StepShape step) {
        long count = units.applyAsLong(step);
        if (count == 0) {
            return;
        }
        for (int i = 0; i < now.length; i++) {
            now[i] = sizes.get(i).applyAsLong(step);
        }
        Optional<Recording> recording = kernels.recording();
        if (recording.isPresent()) {
            recording.get().add(this, now, count);
        } else {
            enqueue(now, count);
        }
    }

    /** Whether the arguments are what a step's shape decides. */
    boolean prepared(long[] values, long count) {
        return (grouped || count == before[places.length])
                && Arrays.equals(values, 0, values.length, before, 0, values.length);
    }

    /** Sets what a step's shape decides, where it isn't set so already. */
    void prepare(long[] values, long count) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != before[i]) {
                kernel.set(places[i], values[i]);
                before[i] = values[i];
            }
        }
        if (!grouped && count != before[places.length]) {
            kernel.set(last, count);
            kernel.set(last + 1, run(count));
            before[places.length] = count;
        }
    }

    /** Puts the kernel on the queue, for so many units, with what a step's shape decides. */
    void enqueue(long[] values, long count) {
        prepare(values, count);
        if (grouped) {
            kernel.launch(count * group, group);
            return;
        }
        long run = run(count);
        long items = Math.ceilDiv(count, run);
        if (kernels.processor()) {
            kernel.launch(items, 1);
        } else {
            kernel.launch(Math.ceilDiv(items, group) * group, group);
        }
    }

    @Override
    public void close() {
        kernels.close(kernel);
    }

    private long run(long count) {
        if (!kernels.processor()) {
            return grain == EFFORT ? ELEMENTS : 1;
        }
        long items = Math.clamp(Math.ceilDiv(count, grain), 1, kernels.mostItems());
        return Math.ceilDiv(count, items);
    }
}
