package org.tenon.api.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Ops;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

class RunnerTest {
    private static final Extent ROWS = new Extent("rows");

    private static StepShape rows(int count) {
        return new StepShape(Map.of(ROWS, count));
    }

    @Test
    void whatDependsOnWeightsAloneIsComputedOnceAtLoad() {
        try (Trial trial = Trial.primitive(rows(4))) {
            Ops ops = trial.ops();
            Tensor weight = trial.weight(Shape.of(2), 3, 5);
            Tensor derived = ops.multiply(ops.multiply(weight, -1), 2);
            Tensor x = ops.convert(trial.input("x", Shape.of(ROWS.dim(), 2), 1, 2, 3, 4, 5, 6, 7, 8), DType.F32);
            Tensor y = ops.multiply(x, derived);
            Runner runner = trial.finish(y);
            assertEquals(2, runner.listing().size(), () -> "convert and multiply, but\n" + runner.listing());
            trial.run(rows(4));
            assertArrayEquals(new float[] {-6, -20, -18, -40, -30, -60, -42, -80}, trial.read(y, rows(4)));
        }
    }

    @Test
    void equalOpsOnEqualOperandsAreWrittenOnce() {
        try (Trial trial = Trial.primitive(rows(2))) {
            Ops ops = trial.ops();
            Tensor positions = trial.input("positions", Shape.of(ROWS.dim(), 1), 1, 2);
            Tensor a = ops.unary(Unary.COS, ops.convert(positions, DType.F32));
            Tensor b = ops.unary(Unary.COS, ops.convert(positions, DType.F32));
            Runner runner = trial.finish(ops.add(a, b));
            assertEquals(3, runner.listing().size());
        }
    }

    @Test
    void aStateThatChangesIsReadAnewEachTime() {
        try (Trial trial = Trial.primitive(rows(1))) {
            Ops ops = trial.ops();
            Tensor state = trial.writer.state("state", DType.F32, Shape.of(1, 1));
            Tensor before = ops.add(state, 1);
            Tensor zero = ops.constant(Shape.of(1), 0);
            ops.scatter(state, before, zero);
            Tensor after = ops.add(state, 1);
            trial.finish(before, after);
            trial.run(rows(1));
            assertArrayEquals(new float[] {1}, trial.read(before, rows(1)));
            assertArrayEquals(new float[] {2}, trial.read(after, rows(1)));
            trial.run(rows(1));
            assertArrayEquals(new float[] {3}, trial.read(after, rows(1)));
        }
    }

    @Test
    void loopsCarryVariablesAndCountTheirTurns() {
        try (Trial trial = Trial.primitive(rows(10))) {
            Ops ops = trial.ops();
            Tensor sum = ops.variable(ops.fill(0, DType.I32, Shape.of(1)));
            Tensor outside = ops.add(trial.input("outside", Shape.of(1), 100), 0);
            ops.loop(new Ops.Turns(ROWS.dim(), 3), turn -> {
                Tensor square = ops.multiply(turn, turn);
                ops.into(sum).add(ops.add(sum, square), outside);
            });
            Tensor result = ops.convert(sum, DType.F32);
            trial.finish(result);
            for (int count : new int[] {10, 7, 1, 0}) {
                trial.run(rows(count));
                int turns = (count + 2) / 3;
                float expected = 0;
                for (int turn = 0; turn < turns; turn++) {
                    expected += turn * turn + 100;
                }
                assertArrayEquals(new float[] {expected}, trial.read(result, rows(count)), count + " rows");
            }
        }
    }

    @Test
    void temporariesShareTheArena() {
        try (Trial trial = Trial.primitive(rows(1024))) {
            Ops ops = trial.ops();
            Tensor x = ops.convert(trial.input("x", Shape.of(ROWS.dim(), 64)), DType.F32);
            for (int i = 0; i < 50; i++) {
                x = ops.multiply(ops.unary(Unary.TANH, x), ops.unary(Unary.SIN, x));
            }
            Runner runner = trial.finish(x);
            long one = 1024L * 64 * 4;
            assertTrue(runner.memoryBytes() <= 4 * one, runner.memoryBytes() + " bytes for tensors of " + one);
        }
    }

    @Test
    void aWeightThatNothingReadsIsNeverRead() {
        try (Trial trial = Trial.primitive(rows(1))) {
            ArraySource unread = ArraySource.of("unread", DType.F32, Shape.of(2), 1, 2);
            trial.writer.weight(unread);
            trial.finish(trial.ops().multiply(trial.weight(Shape.of(2), 1, 2), 2));
            assertEquals(0, unread.reads());
        }
    }

    @Test
    void allMissingKernelsAreNamedWithTheirReasons() {
        HostMemory memory = new HostMemory("bare", 1 << 20);
        KernelBackend bare = KernelBackend.on("bare", memory, HostMemory.queue())
                .kernel(Unary.class, (op, in, out) -> Lookup.unsupported("only on Sundays"))
                .build();
        try (Trial trial = new Trial(rows(1), bare)) {
            Tensor x = trial.ops().convert(trial.input("x", Shape.of(ROWS.dim(), 2), 1, 2), DType.F32);
            Tensor y = trial.ops().rsqrt(x);
            MissingKernels missing = assertThrows(MissingKernels.class, () -> trial.finish(y));
            assertTrue(missing.getMessage().contains("bare"), missing.getMessage());
            assertTrue(missing.getMessage().contains("only on Sundays"), missing.getMessage());
            assertTrue(missing.getMessage().contains("no kernel for Convert"), missing.getMessage());
        }
    }

    @Test
    void anOpWhoseFeatureTheKernelDoesNotHandleIsOpenedUp() {
        Feature unknown = new Feature("UNKNOWN");
        Trial primitive = Trial.primitive(rows(1));
        AtomicInteger used = new AtomicInteger();
        KernelBackend backend = new Overlay(primitive.backend, used, Set.of(unknown)).backend();
        try (primitive;
                Trial trial = new Trial(rows(1), backend)) {
            Tensor x = trial.weight(Shape.of(1, 2), 1, 2);
            Tensor plain = trial.ops().one(new Doubled(false), new Doubled.In<>(x));
            Tensor special = trial.ops().one(new Doubled(true), new Doubled.In<>(x));
            trial.finish(plain, special);
            trial.run(rows(1));
            assertArrayEquals(new float[] {2, 4}, trial.read(plain, rows(1)));
            assertArrayEquals(new float[] {2, 4}, trial.read(special, rows(1)));
            assertEquals(1, used.get(), "the kernel serves the plain op alone");
        }
    }

    @Test
    void aRecordedStepIsReplayedAndRecordedOncePerShape() {
        RecordingQueue queue = new RecordingQueue();
        KernelBackend backend = KernelBackend.on("recording", new HostMemory("recording", 1 << 20), queue)
                .kernel(Binary.class, (op, in, out) -> Lookup.kernel((operands, outputs, workspace) -> (q, step) -> {}))
                .build();
        try (Trial trial = new Trial(rows(4), backend)) {
            Tensor x = trial.input("x", Shape.of(ROWS.dim(), 1));
            trial.finish(trial.ops().add(x, 1));
            trial.run(rows(1));
            trial.run(rows(2));
            trial.run(rows(1));
            assertEquals(2, queue.recorded);
            assertEquals(3, queue.replayed);
        }
    }

    @Test
    void aStepBeyondTheBoundsIsRefused() {
        try (Trial trial = Trial.primitive(rows(4))) {
            Runner runner = trial.finish(trial.ops().add(trial.input("x", Shape.of(ROWS.dim(), 1)), 1));
            assertThrows(IllegalArgumentException.class, () -> runner.run(rows(5)));
        }
    }

    @Test
    void whatHasNoPlaceInTheProgramIsRefused() {
        try (Trial trial = Trial.primitive(rows(4))) {
            Tensor x = trial.weight(Shape.of(2), 1, 2);
            assertThrows(IllegalArgumentException.class, () -> trial.ops().into(x));
            Tensor stranger = Tensor.of("stranger", x.spec());
            assertThrows(IllegalArgumentException.class, () -> trial.ops().add(x, stranger));
        }
    }

    @Test
    void aMismatchNamesOpOperandAndBothShapes() {
        try (Trial trial = Trial.primitive(rows(4))) {
            Tensor x = trial.weight(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
            Tensor weight = trial.weight(Shape.of(2), 1, 2);
            ShapeMismatch norm =
                    assertThrows(ShapeMismatch.class, () -> trial.ops().rmsNorm(x, weight, 1e-5));
            for (String part : List.of("RmsNorm", "weight", "[3]", "[2]", "[2, 3]")) {
                assertTrue(norm.getMessage().contains(part), norm.getMessage());
            }
            assertThrows(
                    ShapeMismatch.class,
                    () -> trial.ops().one(new Gated(Activation.SILU, DType.F32), new Gated.In<>(x, weight)));
        }
    }

    @Test
    void closingTwiceIsHarmlessAndGivesAllMemoryBack() {
        HostMemory memory = new HostMemory("host", 1 << 20);
        KernelBackend backend = KernelBackend.on("host", memory, HostMemory.queue())
                .kernel(Binary.class, (op, in, out) -> Lookup.kernel((operands, outputs, workspace) -> (q, step) -> {}))
                .build();
        try (Trial trial = new Trial(rows(4), backend)) {
            Runner runner = trial.finish(trial.ops().add(trial.input("x", Shape.of(ROWS.dim(), 1)), 1));
            assertFalse(memory.limits().available() == memory.limits().total());
            runner.close();
            runner.close();
            assertEquals(memory.limits().total(), memory.limits().available());
        }
    }

    @Test
    void anEpsilonIsPartOfTheOp() {
        assertFalse(new RmsNorm(1e-5, DType.F32).equals(new RmsNorm(1e-6, DType.F32)));
        assertEquals(new RmsNorm(1e-5, DType.F32), new RmsNorm(1e-5, DType.F32));
    }
}
