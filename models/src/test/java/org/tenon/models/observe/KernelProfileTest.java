package org.tenon.models.observe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Request;
import org.tenon.api.op.Linear;
import org.tenon.api.tensor.DType;
import org.tenon.models.Tenon;

@Timeout(60)
class KernelProfileTest {
    private static final Path LLAMA = Path.of("src/test/resources/goldens/llama-mha-f32");
    private static Tenon tenon;
    private static CausalModel model;

    @BeforeAll
    static void load() {
        tenon = Tenon.builder().backend("cpu").activations(DType.F32).open();
        model = tenon.causal(LLAMA);
    }

    @AfterAll
    static void close() {
        tenon.close();
    }

    private static int[] generate(int tokens) {
        return model.generate(Request.ids(1, 2, 3)
                        .sampling(sampling().greedy().ignoreEndTokens().maxTokens(tokens)))
                .await()
                .ids();
    }

    @Test
    void equalKernelsOfAllLayersAndStepsAreSummedAndTheTokensStayTheSame() {
        int[] without = generate(4);
        KernelProfile profile = new KernelProfile();
        List<Long> steps = new ArrayList<>();
        ModelListener counter = new ModelListener() {
            @Override
            public void stepped(StepReport step) {
                steps.add(step.nanos());
            }
        };
        try (ModelListener.Registration _ = model.listen(counter);
                ModelListener.Registration _ = model.profile(profile)) {
            assertArrayEquals(without, generate(4));
        }
        List<KernelProfile.Entry> entries = profile.entries();
        assertTrue(entries.stream().allMatch(entry -> entry.count() % steps.size() == 0));
        long linear = entries.stream()
                .filter(entry -> entry.kernel().op() instanceof Linear)
                .mapToLong(KernelProfile.Entry::count)
                .sum();
        int layers = model.spec().stacks().getFirst().layers().size();
        // queries, keys and values together, output, gate and up together, down; and the head
        assertEquals(steps.size() * (4L * layers + 1), linear);
        assertTrue(entries.stream()
                .filter(entry -> entry.kernel().op() instanceof Linear)
                .allMatch(entry -> entry.flopsPerSecond().isPresent()
                        && entry.bytesPerSecond().isPresent()));
        assertEquals(
                profile.nanos(),
                entries.stream().mapToLong(KernelProfile.Entry::nanos).sum());
        assertTrue(profile.nanos() <= steps.stream().mapToLong(Long::longValue).sum());
    }

    @Test
    void aDetachedProfileHearsNothing() {
        KernelProfile profile = new KernelProfile();
        model.profile(profile).close();
        generate(2);
        assertEquals(List.of(), profile.entries());
    }

    @Test
    void aListenerThatThrowsIsDetachedAndTheRequestGoesOn() {
        int[] calls = {0};
        try (ModelListener.Registration _ = model.profile((kernel, step, nanos) -> {
            calls[0]++;
            throw new IllegalStateException("broken on purpose");
        })) {
            assertEquals(2, generate(2).length);
        }
        assertEquals(1, calls[0]);
    }
}
