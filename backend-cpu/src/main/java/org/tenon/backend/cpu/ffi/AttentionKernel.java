package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.tenon.api.tensor.DType;

/** {@code attention.c}: attention over a cache of blocks. Thread-safe. */
public final class AttentionKernel {
    /** Where {@code struct attention} holds how many blocks the pools have. */
    private static final long BLOCKS = 24;

    private final MethodHandle workspace;
    private final MethodHandle plan;
    private final MethodHandle run;

    /**
     * Binds the kernel.
     *
     * @param kernels the library
     */
    public AttentionKernel(NativeKernels kernels) {
        workspace = kernels.bind("tenon_attention_workspace", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
        plan = kernels.bind("tenon_attention_plan", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
        run = kernels.bind("tenon_attention_run", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG));
    }

    /**
     * Rows of heads, {@code [rows, heads, width]}.
     *
     * @param address where they begin
     * @param row bytes from row to row
     * @param head bytes from head to head
     */
    public record Heads(long address, long row, long head) {}

    /**
     * A pool of blocks, {@code [blocks, kvHeads, blockSize, width]}.
     *
     * @param address where it begins
     * @param block bytes from block to block
     * @param head bytes from head to head
     * @param row bytes from place to place
     * @param type F32, BF16 or F16
     */
    public record Pool(long address, long block, long head, long row, DType type) {}

    /**
     * What lies where in a step: I32, in the order of the op's operands.
     *
     * @param table {@code [sequences, entries]}
     * @param tableRow bytes from row to row of the table
     * @param entries of a row of the table
     * @param bases {@code [sequences]}
     * @param lengths {@code [sequences]}
     * @param sequence {@code [rows]}
     * @param positions {@code [rows]}
     */
    public record Places(
            long table, long tableRow, long entries, long bases, long lengths, long sequence, long positions) {}

    /**
     * How scores are made, and which of them count.
     *
     * @param reach how many keys a query sees at most of those up to its position, its own included
     * @param ahead how many it sees at most of those after its position
     * @param scale multiplies the scores
     * @param softCap what scores are capped at; 0 for none
     * @param bias where the biases by distance begin, F32 {@code [2 * farthest + 1, heads]}; 0 for none, or where that isn't known yet
     * @param biasRow bytes from row to row of them
     * @param farthest the last distance with a bias of its own; negative for no biases
     */
    public record Scores(
            long reach, long ahead, double scale, double softCap, long bias, long biasRow, long farthest) {}

    /**
     * Sizes.
     *
     * @param heads of the queries
     * @param kvHeads of the pools
     * @param keyWidth of a key
     * @param valueWidth of a value
     * @param blockSize places of a block
     * @param workers how many threads run pieces at once
     */
    public record Sizes(long heads, long kvHeads, long keyWidth, long valueWidth, long blockSize, int workers) {}

    /**
     * All that the kernel works on.
     *
     * @param q the queries
     * @param type theirs and the output's: F32, BF16 or F16
     * @param out the output
     * @param keys the keys
     * @param values the values
     * @param places what lies where
     * @param sizes the sizes
     * @param scores how they are made
     */
    public record Operands(
            Heads q, DType type, Heads out, Pool keys, Pool values, Places places, Sizes sizes, Scores scores) {
        /** {@code struct attention}, 8 bytes each. */
        private MemorySegment write(Arena arena, long workspace) {
            List<Long> fields = List.of(
                    q.address,
                    q.row,
                    q.head,
                    (long) CType.of(type),
                    out.address,
                    out.row,
                    out.head,
                    keys.address,
                    keys.block,
                    keys.head,
                    keys.row,
                    (long) CType.of(keys.type),
                    values.address,
                    values.block,
                    values.head,
                    values.row,
                    (long) CType.of(values.type),
                    places.table,
                    places.tableRow,
                    places.entries,
                    places.bases,
                    places.lengths,
                    places.sequence,
                    places.positions,
                    0L, // the blocks, in each step
                    sizes.heads,
                    sizes.kvHeads,
                    sizes.keyWidth,
                    sizes.valueWidth,
                    sizes.blockSize,
                    scores.reach,
                    scores.ahead,
                    Double.doubleToRawLongBits(scores.scale),
                    Double.doubleToRawLongBits(scores.softCap),
                    scores.farthest,
                    scores.bias,
                    scores.biasRow,
                    (long) sizes.workers,
                    workspace);
            return arena.allocateFrom(
                    JAVA_LONG, fields.stream().mapToLong(each -> each).toArray());
        }
    }

    /**
     * The workspace of steps of at most so many rows.
     *
     * @param operands with addresses or without
     * @param rows how many
     * @return bytes
     */
    public long workspaceBytes(Operands operands, long rows) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) workspace.invokeExact(operands.write(arena, 0), rows);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_attention_workspace", failure);
        }
    }

    /**
     * Prepares the call.
     *
     * @param operands what it works on
     * @param workspaceAddress where its workspace begins
     * @return the call
     */
    public Call bind(Operands operands, long workspaceAddress) {
        return new Call(operands.write(Arena.ofAuto(), workspaceAddress));
    }

    /** The kernel on given operands. A step is planned by one thread, and run, piece by piece, by any. Calls allocate nothing. */
    public final class Call {
        private final MemorySegment operands;

        private Call(MemorySegment operands) {
            this.operands = operands;
        }

        /**
         * Plans a step.
         *
         * @param rows how many rows it has
         * @param blocks how many blocks the pools have: the rows of the step themselves may be the blocks
         * @return into how many pieces its work is cut
         */
        public int plan(long rows, long blocks) {
            try {
                operands.setAtIndex(JAVA_LONG, BLOCKS, blocks);
                return (int) (long) plan.invokeExact(operands, rows);
            } catch (Throwable failure) {
                throw NativeKernels.unexpected("tenon_attention_plan", failure);
            }
        }

        /**
         * Does one piece.
         *
         * @param piece which, from 0
         * @param worker who does it, from 0; no two at once are the same
         */
        public void run(int piece, int worker) {
            try {
                run.invokeExact(operands, (long) piece, (long) worker);
            } catch (Throwable failure) {
                throw NativeKernels.unexpected("tenon_attention_run", failure);
            }
        }
    }
}
