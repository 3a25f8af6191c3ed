package org.tenon.samples.applications;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.program.MissingKernels;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.samples.applications.acme.AcmeProvider;

class AcmeBackendTest {
    private static final Extent ROWS = new Extent("rows");
    private static final StepShape ONE = new StepShape(Map.of(ROWS, 1));

    /** A weight of the numbers 1, 2, 3, ... */
    private record Counting(Shape shape) implements WeightSource {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public DType type() {
            return DType.F32;
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            for (long i = 0; i < rows * shape.width(); i++) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (row * shape.width() + i + 1));
            }
        }
    }

    @Test
    void itsKernelRuns() {
        AcmeProvider provider = new AcmeProvider();
        try (Backend backend = provider.open(provider.devices().getFirst(), Numerics.F32)) {
            ProgramWriter writer = new ProgramWriter(ONE, DType.F32);
            Tensor x = writer.weight(new Counting(Shape.of(1, 3)));
            Tensor y = writer.ops().linear(x, writer.weight(new Counting(Shape.of(2, 3))));
            try (Runner runner = Runner.of(writer.finish(List.of(y)), backend, (done, total) -> {});
                    Arena arena = Arena.ofConfined()) {
                runner.run(ONE);
                MemorySegment result = arena.allocate(8, 4);
                runner.download(y, 0, result, 8);
                assertArrayEquals(new float[] {1 + 4 + 9, 4 + 10 + 18}, result.toArray(ValueLayout.JAVA_FLOAT));
            }
        }
    }

    @Test
    void whatItLacksIsNamedWithTheReason() {
        AcmeProvider provider = new AcmeProvider();
        try (Backend backend = provider.open(provider.devices().getFirst(), Numerics.F32)) {
            ProgramWriter writer = new ProgramWriter(ONE, DType.F32);
            Tensor x = writer.weight(new Counting(Shape.of(2, 3)));
            Tensor y = writer.ops().rmsNorm(x, writer.weight(new Counting(Shape.of(3))), 1e-5);
            MissingKernels missing = assertThrows(
                    MissingKernels.class, () -> Runner.of(writer.finish(List.of(y)), backend, (done, total) -> {}));
            assertTrue(missing.getMessage().contains("no kernel for Binary"), missing.getMessage());
            assertEquals("acme", backend.name());
        }
    }
}
