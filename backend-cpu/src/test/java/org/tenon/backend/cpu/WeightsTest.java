package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Linear;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.backend.cpu.ffi.NativeKernels;

class WeightsTest {
    private static WeightSource mapped(WeightSource source, Arena arena) {
        MemorySegment bytes = arena.allocate(source.rows() * source.rowBytes());
        source.read(0, source.rows(), bytes);
        return new WeightSource() {
            @Override
            public String name() {
                return source.name();
            }

            @Override
            public DType type() {
                return source.type();
            }

            @Override
            public Shape shape() {
                return source.shape();
            }

            @Override
            public void read(long row, long rows, MemorySegment target) {
                source.read(row, rows, target);
            }

            @Override
            public Optional<MemorySegment> mapped() {
                return Optional.of(bytes);
            }
        };
    }

    @Test
    void aWeightIsCopiedOnceForAllItsUsesAndCounted() {
        try (Rig rig = new Rig(Tier.JAVA.open())) {
            Buffer table = rig.random(DType.BF16, Shape.of(5, 7));
            long before = rig.backend().memory().limits().available();
            List<WeightUse> uses = List.of(
                    new WeightUse(new Embedding(DType.F32), "table", List.of(Layout.DENSE)),
                    new WeightUse(new Linear(DType.F32), "weights[0]", List.of(Layout.DENSE)));
            try (Prepared prepared = rig.backend().prepare(Rig.source(table), uses)) {
                assertSame(prepared.buffer(0), prepared.buffer(1));
                assertEquals(before - 70, rig.backend().memory().limits().available());
                assertArrayEquals(Rig.read(table, StepShape.NONE), Rig.read(prepared.buffer(0), StepShape.NONE));
            }
            assertEquals(before, rig.backend().memory().limits().available());
        }
    }

    @ParameterizedTest
    @EnumSource(Tier.class)
    void aMappedWeightIsUsedWhereItLies(Tier tier) {
        Arena arena = Arena.ofShared();
        try (Rig rig = new Rig(tier.open())) {
            StepShape step = Rig.rows(40);
            Buffer weight = rig.random(DType.F32, Shape.of(64, 128));
            WeightSource source = mapped(Rig.source(weight), arena);
            WeightUse use = new WeightUse(new Linear(DType.F32), "weights[0]", List.of(Layout.DENSE));
            try (Prepared prepared = rig.backend().prepare(source, List.of(use))) {
                assertEquals(
                        source.mapped().orElseThrow().address(),
                        HostMemory.segment(prepared.buffer(0)).address());
                Buffer x = rig.random(DType.F32, Rig.perRow(128));
                Buffer out = rig.output(DType.F32, Rig.perRow(64));
                Linear.In<Buffer> in = new Linear.In<>(x, List.of(prepared.buffer(0)), Optional.empty());
                Launch launch = ((Lookup.Native<Linear.In<Buffer>>) rig.find(new Linear(DType.F32), in, List.of(out)))
                        .binder()
                        .bind(in, List.of(out), x);
                launch.run(rig.backend().queue(), step);
                arena.close(); // too early: an exception, not a crash
                assertThrows(
                        IllegalStateException.class,
                        () -> launch.run(rig.backend().queue(), step));
            }
        }
    }

    /** Places a mapped weight of eight megabytes; {@return whether it was copied}. */
    private static boolean copied(Backend backend) {
        Arena arena = Arena.ofShared();
        try (Rig rig = new Rig(backend)) {
            int rows = 1031;
            Buffer weight = rig.tensor(DType.F32, Shape.of(rows, 2048), i -> i % 1009);
            WeightSource source = mapped(Rig.source(weight), arena);
            WeightUse use = new WeightUse(new Linear(DType.F32), "weights[0]", List.of(Layout.DENSE));
            try (Prepared prepared = backend.prepare(source, List.of(use))) {
                MemorySegment found = HostMemory.segment(prepared.buffer(0));
                MemorySegment given = source.mapped().orElseThrow();
                assertEquals(-1, given.mismatch(found));
                return given.address() != found.address();
            }
        } finally {
            arena.close();
        }
    }

    @Test
    void aLargeMappedWeightIsPlacedInHugePagesWhereMemorySuffices() {
        Optional<NativeKernels> kernels = NativeKernels.find().kernels();
        assertEquals(kernels.isPresent(), copied(CpuBackend.open(3, 1L << 30, Optional.empty(), kernels, false)));
        assertFalse(copied(CpuBackend.open(3, 20L << 20, Optional.empty(), kernels, false)));
        assertFalse(copied(CpuBackend.open(3, 1L << 30, Optional.empty(), Optional.empty(), false)));
    }

    /** The second time the system may give the same pages again. */
    @ParameterizedTest
    @EnumSource(Tier.class)
    void memoryOfAnySizeIsZerosAndAligned(Tier tier) {
        try (Backend backend = tier.open()) {
            for (long bytes : new long[] {0, 1, 4095, (2L << 20) - 1, 2L << 20, (5L << 20) + 3}) {
                for (int time = 0; time < 2; time++) {
                    try (Storage storage = backend.memory().allocate(bytes)) {
                        MemorySegment memory = ((HostStorage) storage).segment();
                        assertEquals(bytes, memory.byteSize());
                        assertEquals(0, memory.address() % 64);
                        for (long i = 0; i < bytes; i++) {
                            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, i));
                        }
                        memory.fill((byte) 7);
                    }
                }
            }
        }
    }

    @Test
    void memoryThatWasGivenBackCannotBeReached() {
        try (Backend backend = Tier.present().getLast().open()) {
            Storage storage = backend.memory().allocate(8L << 20);
            MemorySegment memory = ((HostStorage) storage).segment();
            storage.close();
            assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void aReadThatFailsGivesTheMemoryBack() {
        try (Rig rig = new Rig(Tier.JAVA.open())) {
            WeightSource broken = new WeightSource() {
                @Override
                public String name() {
                    return "broken";
                }

                @Override
                public DType type() {
                    return DType.F32;
                }

                @Override
                public Shape shape() {
                    return Shape.of(3, 4);
                }

                @Override
                public void read(long row, long rows, MemorySegment target) {
                    throw new IllegalStateException("the file is gone");
                }
            };
            long before = rig.backend().memory().limits().available();
            List<WeightUse> uses = List.of(new WeightUse(new Linear(DType.F32), "weights[0]", List.of(Layout.DENSE)));
            assertThrows(IllegalStateException.class, () -> rig.backend().prepare(broken, uses));
            assertEquals(before, rig.backend().memory().limits().available());
        }
    }
}
