package org.tenon.backend.cpu.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tenon.api.tensor.DType;

/** {@code y = x W^T + b} of given sizes, wherever the operands lie. Run by several workers at once, each under its own number. */
public final class DnnProduct {
    /** {@code DNNL_ARG_}: SRC, WEIGHTS, DST, SCRATCHPAD, BIAS. */
    private static final int[] NAMES = {1, 33, 17, 80, 41};

    /** {@code struct { int arg; dnnl_memory_t memory; }}. */
    private static final long ARGUMENT_BYTES = 16;

    private static final long MEMORY = 8;

    private final DnnEngine engine;
    private final long primitive;
    private final Arguments[] arguments;

    DnnProduct(DnnEngine engine, long primitive, Arguments[] arguments) {
        this.engine = engine;
        this.primitive = primitive;
        this.arguments = arguments;
    }

    /**
     * Sizes, types and strides (in elements); the rows of {@code x} and {@code y} are dense.
     *
     * @param rows of {@code x} and {@code y}
     * @param columns of {@code y}
     * @param inner columns of {@code x}
     * @param x the type of {@code x}
     * @param weight the weight's type
     * @param y the type of {@code y}
     * @param xStride from row to row of {@code x}
     * @param weightInner in the weight, from one inner index to the next
     * @param weightColumn in the weight, from what makes one column of {@code y} to what makes the next
     * @param yStride from row to row of {@code y}
     * @param bias whether an F32 bias is added
     */
    public record Sizes(
            int rows,
            int columns,
            int inner,
            DType x,
            DType weight,
            DType y,
            long xStride,
            long weightInner,
            long weightColumn,
            long yStride,
            boolean bias) {}

    /** What one worker passes to the primitive: memory objects, and the array that names them. */
    static final class Arguments {
        private final long[] memories;
        private final MemorySegment array;

        Arguments(long[] memories, Arena arena) {
            this.memories = memories;
            array = arena.allocate(ARGUMENT_BYTES * memories.length, ARGUMENT_BYTES);
            for (int i = 0; i < memories.length; i++) {
                array.set(ValueLayout.JAVA_INT, i * ARGUMENT_BYTES, NAMES[i]);
                array.set(ValueLayout.JAVA_LONG, i * ARGUMENT_BYTES + MEMORY, memories[i]);
            }
        }
    }

    /**
     * Multiplies; returns when it is done.
     *
     * @param worker who calls, from 0
     * @param x the address of {@code x}
     * @param weight the address of the weight
     * @param y the address of {@code y}
     * @param bias the address of the bias; passed over where there is none
     */
    public void run(int worker, long x, long weight, long y, long bias) {
        Dnnl dnnl = engine.functions();
        Arguments own = arguments[worker];
        dnnl.setAddress(own.memories[0], x);
        dnnl.setAddress(own.memories[1], weight);
        dnnl.setAddress(own.memories[2], y);
        dnnl.setAddress(own.memories[3], engine.scratch(worker));
        if (own.memories.length > 4) {
            dnnl.setAddress(own.memories[4], bias);
        }
        dnnl.execute(primitive, engine.stream(worker), own.memories.length, own.array.address());
    }

    void close() {
        Dnnl dnnl = engine.functions();
        for (Arguments each : arguments) {
            for (long memory : each.memories) {
                dnnl.call("dnnl_memory_destroy", memory);
            }
        }
        dnnl.call("dnnl_primitive_destroy", primitive);
    }
}
