package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.tenon.api.tensor.DType;

/**
 * {@code product.c}: products with the rows of weights as they lie. Products are described from one thread at a time; each is run by several workers at once, each under its own
 * number.
 */
public final class ProductKernel implements AutoCloseable {
    /** {@code struct product}: eight longs and addresses, three types. */
    private static final long BYTES = 8 * 8 + 3 * 4 + 4;

    private final Isa isa;
    private final MethodHandle run;
    private final Arena arena = Arena.ofShared();
    private final long[] scratch;
    private boolean closed;

    /**
     * Binds the kernel.
     *
     * @param kernels the library
     * @param workers how many threads multiply at once
     */
    public ProductKernel(NativeKernels kernels, int workers) {
        isa = kernels.isa();
        run = kernels.bind(
                "tenon_product", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        MethodHandle bytes = kernels.bind("tenon_product_scratch", FunctionDescriptor.of(JAVA_LONG));
        scratch = new long[workers];
        try {
            for (int i = 0; i < workers; i++) {
                scratch[i] = arena.allocate((long) bytes.invokeExact(), 64).address();
            }
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_product_scratch", failure);
        }
    }

    /**
     * A matrix of rows.
     *
     * @param address where it begins
     * @param stride bytes from row to row
     * @param type F32, BF16 or F16
     */
    public record Rows(long address, long stride, DType type) {}

    /** {@return the instruction set that the kernel is compiled for} */
    public Isa isa() {
        return isa;
    }

    /**
     * Describes a product, for {@link #run}.
     *
     * @param x the left side
     * @param weights their rows are the product's columns
     * @param y the output
     * @param bias the address of F32, one for each column; 0 for none
     * @param inner elements of a row of {@code x} and of the weights
     * @return the product
     */
    public long describe(Rows x, Rows weights, Rows y, long bias, long inner) {
        MemorySegment product = arena.allocate(BYTES, 8);
        long[] longs = {
            x.address(), weights.address(), y.address(), bias, x.stride(), weights.stride(), y.stride(), inner
        };
        MemorySegment.copy(longs, 0, product, JAVA_LONG, 0, longs.length);
        int[] types = {CType.of(x.type()), CType.of(weights.type()), CType.of(y.type())};
        MemorySegment.copy(types, 0, product, JAVA_INT, 8L * longs.length, types.length);
        return product.address();
    }

    /**
     * Computes a part of a product. What its elements are doesn't depend on how it is cut into parts.
     *
     * @param product what {@link #describe} gave
     * @param rows how many rows, from the first on
     * @param first the first column
     * @param end the column after the last
     * @param worker who computes
     */
    public void run(long product, long rows, long first, long end, int worker) {
        try {
            run.invokeExact(product, rows, first, end, scratch[worker]);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("tenon_product", failure);
        }
    }

    /** Gives products and scratch memory back. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
        }
    }
}
