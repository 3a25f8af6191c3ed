package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Roof;
import org.tenon.api.op.Linear;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Prints how fast a linear layer of 2048 to 8192 is, for one row (GB/s of weights, and as a fraction of what reading memory alone reaches) and for many (GFLOP/s). Weights
 * rotate among more than half a gigabyte, so that no cache holds them.
 *
 * <p>Arguments: none, or the numbers of rows.
 */
final class LinearSpeed {
    private static final int INNER = 2048;
    private static final int COLUMNS = 8192;
    private static final long ROTATED = 600L << 20;
    private static final int ROUNDS = 7;

    private LinearSpeed() {}

    public static void main(String[] arguments) {
        int[] rows = arguments.length == 0
                ? new int[] {1, 2, 4, 8, 16, 64, 512}
                : List.of(arguments).stream().mapToInt(Integer::parseInt).toArray();
        int threads =
                Integer.getInteger(CpuProvider.THREADS, Runtime.getRuntime().availableProcessors());
        System.out.printf("%d threads, %d to %d%n", threads, INNER, COLUMNS);
        double roof = roof(threads);
        System.out.printf("reading memory: %.1f GB/s%n", roof);
        for (Tier tier : Tier.present()) {
            for (DType[] types : new DType[][] {
                {DType.F32, DType.F32}, {DType.F32, DType.BF16}, {DType.F32, DType.F16}, {DType.BF16, DType.BF16}
            }) {
                for (int count : rows) {
                    measure(tier, threads, types[0], types[1], count, roof);
                }
            }
        }
    }

    /** One thread's own time, so that others on the machine count as little as they can; of several threads what the clock says. */
    private static long nanoseconds(int threads) {
        return threads == 1 ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** Bytes in a nanosecond that the machine reads; without a bound where that can't be measured. */
    private static double roof(int threads) {
        try (Backend backend = Tier.present().getLast().open(threads)) {
            return backend.roof(List.of()).map(Roof::bytesPerSecond).orElse(Double.POSITIVE_INFINITY) / 1e9;
        }
    }

    private static void measure(Tier tier, int threads, DType x, DType w, int rows, double roof) {
        try (Backend backend = tier.open(threads)) {
            long weightBytes = w.bytes((long) INNER * COLUMNS);
            int copies = rows > 16 ? 1 : (int) (ROTATED / weightBytes);
            StepShape step = new StepShape(Map.of(Rig.ROWS, rows));
            List<Storage> open = new ArrayList<>();
            Buffer in = buffer(backend, open, x, Rig.perRow(INNER), rows);
            Buffer out = buffer(backend, open, x, Rig.perRow(COLUMNS), rows);
            List<Launch> launches = new ArrayList<>();
            for (int i = 0; i < copies; i++) {
                Buffer weight = buffer(backend, open, w, Shape.of(COLUMNS, INNER), 0);
                launches.add(bind(backend, open, x, in, weight, out, step));
            }
            double best = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                long start = nanoseconds(threads);
                for (Launch launch : launches) {
                    launch.run(backend.queue(), step);
                }
                best = Math.min(best, (double) (nanoseconds(threads) - start) / copies);
            }
            System.out.printf(
                    "%-6s %4s by %4s, %3d rows: %9.3f ms %6.1f GB/s (%3.0f%%) %7.1f GFLOP/s%n",
                    tier,
                    x,
                    w,
                    rows,
                    best / 1e6,
                    weightBytes / best,
                    100 * weightBytes / best / roof,
                    2.0 * rows * INNER * COLUMNS / best);
            open.forEach(Storage::close);
        }
    }

    private static Launch bind(
            Backend backend, List<Storage> open, DType type, Buffer in, Buffer weight, Buffer out, StepShape step) {
        Linear op = new Linear(type);
        Linear.In<Tensor> tensors =
                new Linear.In<>(Tensor.of("x", in.spec()), List.of(Tensor.of("w", weight.spec())), Optional.empty());
        Lookup.Native<Linear.In<Buffer>> kernel =
                (Lookup.Native<Linear.In<Buffer>>) backend.find(op, tensors, List.of(Tensor.of("y", out.spec())));
        Storage memory = backend.memory().allocate(kernel.workspaceBytes().applyAsLong(step));
        open.add(memory);
        Buffer workspace = new Buffer("workspace", TensorSpec.dense(DType.F32, Shape.of(1)), memory, 0, Layout.DENSE);
        return kernel.binder().bind(new Linear.In<>(in, List.of(weight), Optional.empty()), List.of(out), workspace);
    }

    /** A buffer of numbers between -1 and 1: denormals would be slow, and zeros fast. */
    private static Buffer buffer(Backend backend, List<Storage> open, DType type, Shape shape, int rows) {
        TensorSpec spec = TensorSpec.dense(type, shape);
        long bytes = spec.bytes(new StepShape(Map.of(Rig.ROWS, rows)));
        Storage storage = backend.memory().allocate(bytes);
        open.add(storage);
        Buffer buffer = new Buffer("buffer", spec, storage, 0, Layout.DENSE);
        MemorySegment memory = HostMemory.segment(buffer);
        float[] values = new float[4096];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 1.7);
        }
        long run = type.bytes(values.length);
        for (long at = 0; at < bytes; at += run) {
            int count = (int) Math.min(values.length, (bytes - at) / type.blockBytes());
            type.codec().encode(values, 0, count, memory.asSlice(at), 0);
        }
        return buffer;
    }
}
