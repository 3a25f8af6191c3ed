package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gated;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/**
 * Prints what a step spends outside its products, kernel by kernel, in plain Java and in C: a Llama of 1.24 billion parameters in BF16 (16 layers, hidden
 * 2048, feed-forward 8192, 32 and 8 heads of 64), for one row after 64 keys and after 4096, and for a prompt of 512. Beside them what reading memory
 * reaches on all threads, and how long the weights alone would take at that rate.
 */
final class StepSpeed {
    private static final int LAYERS = 16;
    private static final int HIDDEN = 2048;
    private static final int INNER = 8192;
    private static final int HEADS = 32;
    private static final int KV_HEADS = 8;
    private static final int WIDTH = 64;
    private static final long WEIGHT_BYTES = 2_471_645_184L;
    private static final int ROUNDS = 9;
    private static final long LEAST = 1_000_000; // nanoseconds that are measured at once
    private static final long SPENT = 600_000_000; // nanoseconds on each kernel
    private static final long READ = 512L << 20;

    private StepSpeed() {}

    /** A kernel of a step: how often it runs, and its launches, each on memory of its own where that matters. */
    private record Timed(String name, int count, List<Launch> launches) {}

    public static void main(String[] arguments) {
        int threads =
                Integer.getInteger(CpuProvider.THREADS, Runtime.getRuntime().availableProcessors());
        double bandwidth = bandwidth(threads);
        System.out.printf(
                "%d threads; reading memory %.1f GB/s; the weights alone %.1f ms%n",
                threads, bandwidth, WEIGHT_BYTES / bandwidth / 1e6);
        List<Variant> variants = Variant.all();
        for (Variant variant : List.of(variants.getFirst(), variants.getLast())) {
            decode(variant, threads, 64, bandwidth);
            decode(variant, threads, 4096, bandwidth);
            prefill(variant, threads, 512);
        }
    }

    private static void decode(Variant variant, int threads, int context, double bandwidth) {
        double cacheBytes = 2.0 * LAYERS * KV_HEADS * WIDTH * 2 * context;
        double total = step(variant, threads, 1, context);
        double weights = WEIGHT_BYTES / bandwidth;
        System.out.printf(
                "%s, one row at %d keys: %.2f ms beside the products, %.3f of the weights' time (the cache is %.3f of the weights)%n%n",
                variant, context, total / 1e6, total / weights, cacheBytes / WEIGHT_BYTES);
    }

    private static void prefill(Variant variant, int threads, int rows) {
        double total = step(variant, threads, rows, rows);
        System.out.printf("%s, %d rows: %.2f ms beside the products%n%n", variant, rows, total / 1e6);
    }

    /** Nanoseconds of a step's kernels. */
    private static double step(Variant variant, int threads, int rows, int context) {
        double total = 0;
        StepShape step = new StepShape(Map.of(Rig.ROWS, rows, Rig.SEQUENCES, 1, Rig.KEYS, context));
        try (Rig rig = new Rig(variant.open(threads), rows)) {
            for (Timed timed : kernels(rig, step, rows, context)) {
                double best = best(timed.launches(), rig.backend().queue(), step, threads);
                total += best * timed.count();
                System.out.printf(
                        "  %-10s %4d x %9.1f us = %8.3f ms%s%n",
                        timed.name(),
                        timed.count(),
                        best / 1e3,
                        best * timed.count() / 1e6,
                        rate(timed, best, rows, context));
            }
        }
        return total;
    }

    /** One thread's own time, so that others on the machine count as little as they can; of several threads what the clock says. */
    private static long nanoseconds(int threads) {
        return threads == 1 ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** Nanoseconds of a launch, once its code is compiled. */
    private static double best(List<Launch> launches, Queue queue, StepShape step, int threads) {
        double best = Double.MAX_VALUE;
        long begin = nanoseconds(threads);
        long now = begin;
        int repeats = 1;
        while (now - begin < SPENT) {
            long start = now;
            for (int i = 0; i < repeats; i++) {
                for (Launch launch : launches) {
                    launch.run(queue, step);
                }
            }
            now = nanoseconds(threads);
            if (now - start < LEAST) {
                repeats *= 2;
            } else {
                best = Math.min(best, (double) (now - start) / launches.size() / repeats);
            }
        }
        return best;
    }

    private static String rate(Timed timed, double nanoseconds, int rows, int context) {
        if (!timed.name().equals("attention")) {
            return "";
        }
        double pairs =
                IntStream.range(0, rows).mapToDouble(row -> context - row).sum();
        return String.format(
                ", %.1f GB/s of cache, %.0f GFLOP/s",
                2.0 * KV_HEADS * WIDTH * 2 * context / nanoseconds, 4 * pairs * HEADS * WIDTH / nanoseconds);
    }

    private static List<Timed> kernels(Rig rig, StepShape step, int rows, int context) {
        DType half = DType.BF16;
        Buffer stream = rig.random(DType.F32, Rig.perRow(HIDDEN));
        Buffer halves = rig.random(half, Rig.perRow(HIDDEN));
        Buffer floats = rig.output(DType.F32, Rig.perRow(HIDDEN));
        Buffer q = rig.random(half, Rig.perRow(HEADS, WIDTH));
        Buffer k = rig.random(half, Rig.perRow(KV_HEADS, WIDTH));
        Buffer angles = rig.random(DType.F32, Rig.perRow(WIDTH / 2));
        Buffer positions = rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> context - rows + i);
        List<Launch> attention = new ArrayList<>();
        List<Launch> writes = new ArrayList<>();
        for (int layer = 0; layer < (rows == 1 ? LAYERS : 1); layer++) {
            Buffer keys = rig.tensor(half, Shape.of(1, KV_HEADS, context, WIDTH), StepSpeed::number);
            Buffer values = rig.tensor(half, Shape.of(1, KV_HEADS, context, WIDTH), StepSpeed::number);
            Attention.In<Buffer> in = new Attention.In<>(
                    q,
                    keys,
                    values,
                    rig.integers(Shape.of(Rig.SEQUENCES.dim(), 1), 0),
                    rig.integers(Shape.of(Rig.SEQUENCES.dim()), 0),
                    rig.integers(Shape.of(Rig.SEQUENCES.dim()), context),
                    rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> 0),
                    positions);
            attention.add(rig.bind(
                    new Attention(0.125, new Visibility.Causal(), Rig.KEYS),
                    in,
                    List.of(rig.output(half, Rig.perRow(HEADS, WIDTH))),
                    step));
            writes.add(rig.bind(new CacheWrite(), new CacheWrite.In<>(keys, k, positions), List.of(), step));
        }
        Launch embedding = rig.bind(
                new Embedding(DType.F32),
                new Embedding.In<>(
                        rig.tensor(half, Shape.of(1024, HIDDEN), StepSpeed::number),
                        rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> i % 1024)),
                List.of(floats),
                step);
        Launch norm = rig.bind(
                new RmsNorm(1e-5, half),
                new RmsNorm.In<>(stream, rig.random(DType.F32, Shape.of(HIDDEN))),
                List.of(rig.output(half, Rig.perRow(HIDDEN))),
                step);
        Launch gated = rig.bind(
                new Gated(Activation.SILU, half),
                new Gated.In<>(rig.random(half, Rig.perRow(INNER)), rig.random(half, Rig.perRow(INNER))),
                List.of(rig.output(half, Rig.perRow(INNER))),
                step);
        Launch convert = rig.bind(new Convert(DType.F32), new Convert.In<>(halves), List.of(floats), step);
        Launch add = rig.bind(
                new Binary(Binary.ADD),
                new Binary.In<>(stream, floats),
                List.of(rig.output(DType.F32, Rig.perRow(HIDDEN))),
                step);
        return List.of(
                new Timed("embedding", 1, List.of(embedding)),
                new Timed("norm", 2 * LAYERS + 1, List.of(norm)),
                new Timed("rope of q", LAYERS, List.of(rope(rig, q, angles, HEADS, step))),
                new Timed("rope of k", LAYERS, List.of(rope(rig, k, angles, KV_HEADS, step))),
                new Timed("write", 2 * LAYERS, writes),
                new Timed("attention", LAYERS, attention),
                new Timed("convert", 2 * LAYERS, List.of(convert)),
                new Timed("add", 2 * LAYERS, List.of(add)),
                new Timed("gated", LAYERS, List.of(gated)));
    }

    private static Launch rope(Rig rig, Buffer x, Buffer angles, int heads, StepShape step) {
        Buffer out = rig.output(DType.BF16, Rig.perRow(heads, WIDTH));
        return rig.bind(new Rope(false, DType.BF16), new Rope.In<>(x, angles, angles), List.of(out), step);
    }

    /** Between -1 and 1, and neither zero nor a denormal. */
    private static double number(int index) {
        return (index * 2_654_435_761L & 0xFFFF) / 32_768.0 - 0.999;
    }

    /** Bytes that all threads read in a nanosecond. */
    private static double bandwidth(int threads) {
        try (Backend backend = Variant.all().getFirst().open(1);
                WorkerPool pool = new WorkerPool(threads)) {
            MemorySegment memory = ((HostStorage) backend.memory().allocate(READ)).segment();
            memory.fill((byte) 1);
            int run = 8192;
            long[][] buffers = new long[threads][run / Long.BYTES];
            long part = READ / threads / run * run;
            long[] times = new long[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                long start = nanoseconds(threads);
                pool.run(threads, (index, worker) -> {
                    for (long at = index * part; at < (index + 1) * part; at += run) {
                        MemorySegment.copy(memory, ValueLayout.JAVA_LONG, at, buffers[worker], 0, run / Long.BYTES);
                    }
                });
                times[round] = nanoseconds(threads) - start;
            }
            return (double) part * threads / Arrays.stream(times).min().orElseThrow();
        }
    }
}
