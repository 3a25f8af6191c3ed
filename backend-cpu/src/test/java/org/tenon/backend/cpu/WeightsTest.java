package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tenon.api.backend.HostMemory;
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
                throw new AssertionError("a mapped weight isn't read");
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
