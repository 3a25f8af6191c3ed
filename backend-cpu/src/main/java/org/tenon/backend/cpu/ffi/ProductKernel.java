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
        return product(x, weights, y, bias, inner).address();
    }

    private MemorySegment product(Rows x, Rows weights, Rows y, long bias, long inner) {
        MemorySegment product = arena.allocate(BYTES, 8);
        long[] longs = {
            x.address(), weights.address(), y.address(), bias, x.stride(), weights.stride(), y.stride(), inner
        };
        MemorySegment.copy(longs, 0, product, JAVA_LONG, 0, longs.length);
        int[] types = {CType.of(x.type()), CType.of(weights.type()), CType.of(y.type())};
        MemorySegment.copy(types, 0, product, JAVA_INT, 8L * longs.length, types.length);
        return product;
    }

    /**
     * A product whose operands lie elsewhere each time.
     *
     * @param workers how many threads multiply at once
     * @param type the type of the left side
     * @param stride bytes from row to row of the left side
     * @param weights the type of the weights, and bytes from row to row
     * @param inner elements of a row of the left side and of the weights
     * @return the product, with F32 output
     */
    public Movable movable(int workers, DType type, long stride, Rows weights, long inner) {
        MemorySegment[] products = new MemorySegment[workers];
        for (int i = 0; i < workers; i++) {
            products[i] = product(new Rows(0, stride, type), weights, new Rows(0, 0, DType.F32), 0, inner);
        }
        return new Movable(products);
    }

    /** A product whose operands lie elsewhere each time. Workers multiply at once, each under its own number. */
    public final class Movable {
        private static final long X = 0;
        private static final long WEIGHTS = 8;
        private static final long Y = 16;
        private static final long Y_STRIDE = 48;

        private final MemorySegment[] products; // one for each worker

        private Movable(MemorySegment[] products) {
            this.products = products;
        }

        /**
         * Multiplies.
         *
         * @param x the address of the first row of the left side
         * @param rows how many
         * @param weights the address of the first row of the weights
         * @param columns how many
         * @param y the address of the output's first element
         * @param yStride bytes from row to row of the output
         * @param worker who computes
         */
        public void run(long x, int rows, long weights, int columns, long y, long yStride, int worker) {
            MemorySegment product = products[worker];
            product.set(JAVA_LONG, X, x);
            product.set(JAVA_LONG, WEIGHTS, weights);
            product.set(JAVA_LONG, Y, y);
            product.set(JAVA_LONG, Y_STRIDE, yStride);
            ProductKernel.this.run(product.address(), rows, 0, columns, worker);
        }
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
