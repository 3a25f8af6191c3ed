package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.Roof;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.backend.cpu.ffi.DnnEngine;
import org.tenon.backend.cpu.ffi.ProductKernel;
import org.tenon.backend.cpu.ffi.Reading;

/**
 * The most that the machine does on the backend's own threads: memory is read by C programs in several ways, products are computed by oneDNN and by our own kernel, and the best of
 * several rounds counts.
 */
final class CpuRoof {
    /** More than any cache holds. */
    private static final long BYTES = 512L << 20;

    private static final int ROUNDS = 3;
    private static final int PRODUCT_ROUNDS = 2;

    private static final List<Reading.Pattern> PATTERNS = List.of(
            new Reading.Pattern(1, 0),
            new Reading.Pattern(1, 2048),
            new Reading.Pattern(1, 8192),
            new Reading.Pattern(4, 0),
            new Reading.Pattern(4, 2048));

    /** Numbers with exponents about zero in F32, BF16 and F16, whatever their other bits: zeros would be fast, and subnormal numbers slow. */
    private static final long EXPONENTS = 0x3C003C003C003C00L;

    private static final long FRACTIONS = 0x80FF80FF80FF80FFL;

    private final Workers workers;
    private final DeviceMemory memory;
    private final Reading reading;
    private final Optional<DnnEngine> engine;
    private final ProductKernel kernel;

    CpuRoof(Workers workers, DeviceMemory memory, Reading reading, Optional<DnnEngine> engine, ProductKernel kernel) {
        this.workers = workers;
        this.memory = memory;
        this.reading = reading;
        this.engine = engine;
        this.kernel = kernel;
    }

    /** Measures; products that neither library takes count for nothing. */
    Roof measure(List<Roof.Product> products) {
        double bytesPerSecond = 0;
        try (Storage storage = filled(BYTES)) {
            for (Reading.Pattern pattern : PATTERNS) {
                bytesPerSecond = Math.max(bytesPerSecond, read(address(storage), pattern));
            }
        }
        double flopsPerSecond = 0;
        for (Roof.Product product : Set.copyOf(products)) {
            flopsPerSecond = Math.max(flopsPerSecond, multiply(product));
        }
        return new Roof(bytesPerSecond, flopsPerSecond);
    }

    private double read(long address, Reading.Pattern pattern) {
        int threads = workers.pool().size();
        long part = BYTES / threads / 4096 * 4096;
        int[] sums = new int[threads];
        double seconds = best(
                ROUNDS,
                () -> workers.pool()
                        .run(
                                threads,
                                (index, worker) -> sums[index] = reading.read(address + index * part, part, pattern)));
        return part * threads / seconds;
    }

    private double multiply(Roof.Product product) {
        List<Runnable> ways = new ArrayList<>();
        List<Storage> open = new ArrayList<>();
        try {
            View x = view(open, product.x(), product.rows(), product.inner());
            View weight = view(open, product.weight(), product.columns(), product.inner());
            View y = view(open, product.x(), product.rows(), product.columns());
            List<Part> parts = List.of(new Part(Matrix.of(weight), true, product.columns(), 0));
            if (DotLinear.takes(product.x(), List.of(product.weight()), product.x())) {
                DotLinear own = new DotLinear(workers, kernel, x, parts, Optional.empty(), y);
                ways.add(() -> own.run(product.rows()));
            }
            engine.flatMap(there -> DnnLinear.types(there, product.x(), List.of(product.weight()), product.x())
                            .map(types -> dnn(there, types, open, product, x, parts, y)))
                    .filter(dnn -> dnn.run(product.rows()))
                    .ifPresent(dnn -> ways.add(() -> dnn.run(product.rows())));
            double flops = 2.0 * product.rows() * product.columns() * product.inner();
            return ways.stream()
                    .mapToDouble(way -> flops / best(PRODUCT_ROUNDS, way))
                    .max()
                    .orElse(0);
        } finally {
            open.forEach(Storage::close);
        }
    }

    private DnnLinear dnn(
            DnnEngine there,
            DnnLinear.Types types,
            List<Storage> open,
            Roof.Product product,
            View x,
            List<Part> parts,
            View y) {
        long bytes = types.workspace(product.x(), product.x(), product.rows(), product.inner(), product.columns());
        Storage workspace = memory.allocate(bytes);
        open.add(workspace);
        return new DnnLinear(workers, there, types, x, parts, Optional.empty(), y, ((HostStorage) workspace).segment());
    }

    private View view(List<Storage> open, DType type, long rows, long width) {
        TensorSpec spec = TensorSpec.dense(type, Shape.of(rows, width));
        Storage storage = filled((type.bytes(rows * width) + 63) / 64 * 64);
        open.add(storage);
        return new View(new Buffer("roof", spec, storage, 0, Layout.DENSE));
    }

    private Storage filled(long bytes) {
        Storage storage = memory.allocate(bytes);
        MemorySegment segment = ((HostStorage) storage).segment();
        int pieces = 64;
        workers.pool().run(pieces, (index, worker) -> {
            long random = index + 1L;
            for (long i = bytes / 8 * index / pieces; i < bytes / 8 * (index + 1) / pieces; i++) {
                random ^= random << 13; // Marsaglia 2003, "Xorshift RNGs"
                random ^= random >>> 7;
                random ^= random << 17;
                segment.setAtIndex(ValueLayout.JAVA_LONG, i, EXPONENTS | (random & FRACTIONS));
            }
        });
        return storage;
    }

    private static long address(Storage storage) {
        return ((HostStorage) storage).segment().address();
    }

    /** The seconds of the fastest of some rounds, after one that doesn't count. */
    private static double best(int rounds, Runnable work) {
        work.run();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }
}
