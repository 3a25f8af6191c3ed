package org.tenon.cli.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** A product of random rows with a random weight matrix, on a backend: the op {@code Linear} alone. Confined to a thread. */
public final class Product implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Runner runner;
    private final Size size;
    private final DType type;

    /**
     * What is multiplied: {@code [rows, inner]} with {@code [columns, inner]}.
     *
     * @param rows rows, such as tokens
     * @param columns columns of the result
     * @param inner what is summed over
     */
    public record Size(int rows, int columns, int inner) {
        /** {@return operations: a multiplication and an addition each} */
        public double flops() {
            return 2.0 * rows * columns * inner;
        }

        @Override
        public String toString() {
            return rows + "x" + columns + "x" + inner;
        }
    }

    private Product(Runner runner, Size size, DType type) {
        this.runner = runner;
        this.size = size;
        this.type = type;
    }

    /**
     * Makes a product ready.
     *
     * @param backend where; stays the caller's
     * @param size what is multiplied
     * @param type the type of the rows, of the weight and of the result: F32, BF16 or F16
     * @return the product; the caller closes it
     */
    public static Product on(Backend backend, Size size, DType type) {
        ProgramWriter writer = new ProgramWriter(StepShape.NONE, type);
        Tensor x = writer.state("x", type, Shape.of(size.rows(), size.inner()));
        Tensor weight = writer.weight(new Noise("w", type, Shape.of(size.columns(), size.inner())));
        Tensor y = writer.ops().linear(x, weight);
        Runner runner = Runner.of(writer.finish(List.of(y)), backend, (done, total) -> {});
        try (Arena arena = Arena.ofConfined()) {
            long bytes = type.bytes((long) size.rows() * size.inner());
            MemorySegment rows = arena.allocate(bytes, ALIGNMENT);
            new Noise("x", type, Shape.of(size.rows(), size.inner())).read(0, size.rows(), rows);
            Buffer place = runner.place(x);
            backend.queue().upload(rows, place.storage(), place.offset(), bytes);
            backend.queue().finish();
        } catch (RuntimeException failure) {
            runner.close();
            throw failure;
        }
        return new Product(runner, size, type);
    }

    /** {@return how long it takes to compute it once, in seconds} */
    public double seconds() {
        long start = System.nanoTime();
        runner.run(StepShape.NONE);
        runner.queue().finish();
        return (System.nanoTime() - start) / 1e9;
    }

    /** {@return the bytes of the weight, which is read once} */
    public double bytes() {
        return type.bytes((long) size.columns() * size.inner());
    }

    @Override
    public void close() {
        runner.close();
    }

    /** Numbers between -1 and 1, the same for the same row. */
    private record Noise(String name, DType type, Shape shape) implements WeightSource {
        @Override
        public void read(long row, long rows, MemorySegment target) {
            int width = Math.toIntExact(shape.width());
            for (long i = 0; i < rows; i++) {
                SplittableRandom random = new SplittableRandom(row + i);
                for (long j = i * width; j < (i + 1) * width; j++) {
                    put(target, j, (float) random.nextDouble(-1, 1));
                }
            }
        }

        private void put(MemorySegment target, long index, float number) {
            if (type.equals(DType.F32)) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, index, number);
            } else {
                short half = type.equals(DType.F16)
                        ? Float.floatToFloat16(number)
                        : (short) (Float.floatToRawIntBits(number) >>> 16);
                target.setAtIndex(ValueLayout.JAVA_SHORT, index, half);
            }
        }
    }
}
