package org.tenon.api.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

class KernelListenerTest {
    private static final Extent ROWS = new Extent("rows");

    private record Heard(Kernel kernel, StepShape step, long nanos) {}

    private static StepShape rows(int count) {
        return new StepShape(Map.of(ROWS, count));
    }

    private static boolean multiplies(Kernel kernel) {
        return kernel.op() instanceof Binary binary && binary.function().equals(Binary.MULTIPLY);
    }

    @Test
    void eachKernelIsToldInOrderOncePerTurnOfItsLoopAndTheResultIsTheSame() {
        try (Trial trial = Trial.primitive(rows(4))) {
            Ops ops = trial.ops();
            Tensor sum = ops.variable(ops.fill(0, DType.I32, Shape.of(1)));
            ops.loop(new Ops.Turns(ROWS.dim(), 1), turn -> ops.into(sum).add(sum, ops.multiply(turn, turn)));
            Tensor result = ops.convert(sum, DType.F32);
            Runner runner = trial.finish(result);
            List<Heard> heard = new ArrayList<>();
            runner.listen((kernel, step, nanos) -> heard.add(new Heard(kernel, step, nanos)));
            trial.run(rows(4));
            assertArrayEquals(new float[] {0 + 1 + 4 + 9}, trial.read(result, rows(4)));
            assertTrue(heard.stream().allMatch(one -> one.step().equals(rows(4)) && one.nanos() >= 0));
            assertEquals(
                    4, heard.stream().filter(one -> multiplies(one.kernel())).count());
            assertEquals(runner.listing().getLast(), heard.getLast().kernel().toString());
        }
    }

    @Test
    void stepsAreWalkedWhileSomebodyListensAndReplayedAfterwards() {
        RecordingQueue queue = new RecordingQueue();
        KernelBackend backend = KernelBackend.on("recording", new HostMemory("recording", 1 << 20), queue)
                .kernel(Binary.class, (op, in, out) -> Lookup.kernel((operands, outputs, workspace) -> (q, step) -> {}))
                .build();
        try (Trial trial = new Trial(rows(4), backend)) {
            Tensor x = trial.input("x", Shape.of(ROWS.dim(), 1));
            Runner runner = trial.finish(trial.ops().add(x, 1));
            trial.run(rows(1));
            List<Kernel> heard = new ArrayList<>();
            runner.listen((kernel, step, nanos) -> heard.add(kernel));
            trial.run(rows(1));
            trial.run(rows(2));
            assertEquals(1, queue.replayed);
            assertEquals(2, heard.size());
            assertEquals(heard.getFirst(), heard.getLast());
            runner.listenNoMore();
            trial.run(rows(1));
            assertEquals(2, heard.size());
            assertEquals(2, queue.replayed);
            assertEquals(1, queue.recorded);
        }
    }
}
