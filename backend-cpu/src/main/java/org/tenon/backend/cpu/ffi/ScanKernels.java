package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.tenon.api.tensor.DType;

/** {@code scan.c}: what goes through the rows of a sequence in order. Calls allocate nothing. Thread-safe. */
public final class ScanKernels {
    /** The most states of a channel that the selective scan takes. */
    public static final int MOST_STATES = 256;

    private static final FunctionDescriptor UNIT =
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private final MethodHandle conv;
    private final MethodHandle selective;
    private final MethodHandle dual;
    private final MethodHandle dualWorkspace;

    /**
     * Binds the kernels.
     *
     * @param kernels the library
     */
    public ScanKernels(NativeKernels kernels) {
        conv = kernels.bind("tenon_causal_conv", UNIT);
        selective = kernels.bind("tenon_selective_scan", UNIT);
        dual = kernels.bind("tenon_dual_scan", UNIT);
        dualWorkspace = kernels.bind("tenon_dual_workspace", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    /**
     * Rows of an operand.
     *
     * @param address where the first one begins
     * @param stride bytes from row to row
     * @param type F32, BF16 or F16
     */
    public record Rows(long address, long stride, DType type) {
        private LongStream fields() {
            return LongStream.of(address, stride, CType.of(type));
        }
    }

    /**
     * The states, and who writes them.
     *
     * @param address where the pool begins, F32
     * @param write I32 {@code [rows]}
     */
    public record States(long address, long write) {}

    /**
     * The operands of a convolution.
     *
     * @param x the input
     * @param y the output
     * @param weight F32 {@code [width, channels]}
     * @param bias F32 {@code [channels]}, or 0
     * @param states the states
     * @param width taps
     * @param channels columns
     * @param silu whether the result is activated
     * @return the call
     */
    public Call conv(Rows x, Rows y, long weight, long bias, States states, long width, long channels, boolean silu) {
        return new Call(
                "tenon_causal_conv",
                conv,
                List.of(x, y),
                weight,
                bias,
                states.address,
                states.write,
                width,
                channels,
                silu ? 1 : 0);
    }

    /**
     * The operands of a selective scan.
     *
     * @param rows x, dt, b, c, and the output
     * @param a F32 {@code [states, channels]}
     * @param d F32 {@code [channels]}
     * @param states the states
     * @param each states of a channel, {@link #MOST_STATES} at most
     * @param channels columns of x
     * @return the call
     */
    public Call selective(List<Rows> rows, long a, long d, States states, long each, long channels) {
        return new Call("tenon_selective_scan", selective, rows, a, d, states.address, states.write, each, channels);
    }

    /**
     * The heads of rows.
     *
     * @param xHead bytes from head to head of x
     * @param bGroup bytes from group to group of b
     * @param cGroup bytes from group to group of c
     * @param yHead bytes from head to head of the output
     * @param heads how many heads
     * @param groups how many groups
     * @param states of a channel
     * @param width channels of a head
     */
    public record Heads(
            long xHead, long bGroup, long cGroup, long yHead, long heads, long groups, long states, long width) {}

    /**
     * The operands of a scan whose heads decay alike.
     *
     * @param rows x, dt, b, c, and the output
     * @param heads what their rows are made of
     * @param perHead the addresses of bias, a and d, F32 {@code [heads]}
     * @param states the states
     * @param least the smallest step size
     * @param most the largest step size
     * @param workspace {@link #dualWorkspaceBytes} for each worker
     * @return the call
     */
    public Call dual(
            List<Rows> rows,
            Heads heads,
            List<Long> perHead,
            States states,
            double least,
            double most,
            long workspace) {
        return new Call(
                "tenon_dual_scan",
                dual,
                rows,
                heads.xHead,
                heads.bGroup,
                heads.cGroup,
                heads.yHead,
                perHead.get(0),
                perHead.get(1),
                perHead.get(2),
                states.address,
                states.write,
                heads.heads,
                heads.groups,
                heads.states,
                heads.width,
                Double.doubleToRawLongBits(least),
                Double.doubleToRawLongBits(most),
                workspace);
    }

    /**
     * What each worker needs for {@link #dual}.
     *
     * @param states of a channel
     * @param width channels of a head
     * @return bytes
     */
    public long dualWorkspaceBytes(long states, long width) {
        try {
            return (long) dualWorkspace.invokeExact(states, width) * Float.BYTES;
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_dual_workspace", failure);
        }
    }

    /** A kernel on given operands. Run by any thread. */
    public static final class Call {
        private final String name;
        private final MethodHandle kernel;
        private final MemorySegment operands;

        private Call(String name, MethodHandle kernel, List<Rows> rows, long... others) {
            this.name = name;
            this.kernel = kernel;
            List<LongStream> fields = new ArrayList<>();
            rows.forEach(each -> fields.add(each.fields()));
            fields.add(LongStream.of(others));
            this.operands = Arena.ofAuto()
                    .allocateFrom(
                            JAVA_LONG,
                            fields.stream().flatMapToLong(each -> each).toArray());
        }

        /**
         * Goes through the rows of a sequence.
         *
         * @param first its first row in the step
         * @param count how many
         * @param read the slot that it goes on from, negative for zeros
         * @param from the first channel; of {@link #dual} the head
         * @param to the channel after the last; of {@link #dual} who does it, from 0
         */
        public void run(long first, long count, long read, long from, long to) {
            try {
                kernel.invokeExact(operands, first, count, read, from, to);
            } catch (Throwable failure) {
                throw NativeKernels.unexpected(name, failure);
            }
        }
    }
}
