package org.tenon.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Request;

/** Blocks that run out while sequences grow, as no contiguous cache's do. */
@Timeout(20)
class EvictionTest {
    private static final int BLOCK = 8;
    private static final int BLOCKS = 10; // a whole context takes 8

    @Test
    void youngerSequencesMakeRoomAndAreComputedAgain() {
        Limits limits = TestModel.limits().sequences(4);
        FakeComputation computation =
                new FakeComputation(TestModel::noise, BLOCK, new Blocks.Group(Integer.MAX_VALUE, BLOCKS, 8));
        Blocks blocks = computation.blocks();
        try (TestModel test = TestModel.open(limits, computation, blocks, Optional.empty(), new DeviceThread("test"))) {
            AtomicInteger rows = new AtomicInteger();
            test.model().listen(new ModelListener() {
                @Override
                public void stepped(StepReport step) {
                    rows.addAndGet(step.rows());
                }
            });
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                generations.add(test.model()
                        .generate(Request.ids(TestModel.prompt(10, i))
                                .sampling(sampling().maxTokens(40))));
            }
            generations.add(test.model().generate(Request.ids(TestModel.prompt(63, 6))));
            for (int i = 0; i < 6; i++) {
                assertArrayEquals(
                        TestModel.alone(TestModel.prompt(10, i), 40, sampling().greedy(), 0),
                        generations.get(i).await().ids(),
                        "request " + i);
            }
            assertEquals(
                    FinishReason.CONTEXT_FULL, generations.getLast().await().reason());
            assertTrue(rows.get() > 6 * 49 + 63, "nothing was computed again, so nothing was tested: " + rows);
            // one more turn of the engine, after which the last sequence's blocks have been given back for sure
            test.model()
                    .generate(Request.ids(1).sampling(sampling().maxTokens(1)))
                    .await();
            try (var stepper = test.model().stepper()) {
                assertEquals(0, stepper.step(List.of()).length);
                assertEquals(BLOCKS, blocks.available(0), "all blocks come back");
            }
        }
    }
}
