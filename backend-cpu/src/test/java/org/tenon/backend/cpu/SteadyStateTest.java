package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.backend.Launch;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/** What holds for every step after the first: the same bits from the same inputs, and no object made. */
class SteadyStateTest {
    /** Binds an op and gives its launch and its output. */
    @FunctionalInterface
    interface Bind {
        Bound on(Rig rig);
    }

    record Bound(Launch launch, Buffer out) {}

    private static final StepShape STEP = Rig.rows(40);

    static Stream<Arguments> ops() {
        List<Arguments> all = new ArrayList<>();
        for (Tier tier : Tier.present()) {
            all.add(Arguments.of(tier, "linear", (Bind) rig -> linear(rig, DType.F32, 40)));
            all.add(Arguments.of(tier, "linear of F16, converted", (Bind) rig -> linear(rig, DType.F16, 40)));
            all.add(Arguments.of(tier, "linear of one row", (Bind) rig -> linear(rig, DType.BF16, 1)));
        }
        all.add(Arguments.of(Tier.JAVA, "stacked product", (Bind) SteadyStateTest::stacked));
        for (Tier tier : List.of(Tier.JAVA, Tier.ALL)) {
            all.add(Arguments.of(tier, "norm", (Bind) SteadyStateTest::norm));
            all.add(Arguments.of(tier, "sum", (Bind) SteadyStateTest::sum));
            all.add(Arguments.of(tier, "gated", (Bind) SteadyStateTest::gated));
            all.add(Arguments.of(tier, "route", (Bind) SteadyStateTest::route));
            all.add(Arguments.of(tier, "experts", (Bind) SteadyStateTest::experts));
            all.add(Arguments.of(tier, "rope", (Bind) SteadyStateTest::rope));
            all.add(Arguments.of(tier, "embedding", (Bind) SteadyStateTest::embedding));
            all.add(Arguments.of(tier, "cache", (Bind) SteadyStateTest::cache));
            all.add(Arguments.of(tier, "attention", (Bind) SteadyStateTest::attention));
        }
        return all.stream();
    }

    private static Bound linear(Rig rig, DType type, int rows) {
        Buffer x = rig.random(type, rows == 1 ? Shape.of(1, 600) : Rig.perRow(600));
        Buffer weight = rig.random(type, Shape.of(512, 600));
        Buffer out = rig.output(type, rows == 1 ? Shape.of(1, 512) : Rig.perRow(512));
        Linear.In<Buffer> in = new Linear.In<>(x, List.of(weight), Optional.empty());
        return new Bound(rig.bind(new Linear(type), in, List.of(out), STEP), out);
    }

    private static Bound stacked(Rig rig) {
        Buffer index = rig.tensor(DType.I32, Rig.perRow(2), i -> i % 4 - 1);
        Buffer out = rig.output(DType.F32, Rig.perRow(2, 3, 33));
        MatMul.In<Buffer> in = new MatMul.In<>(
                rig.random(DType.F32, Rig.perRow(2, 3, 65)),
                rig.random(DType.F32, Shape.of(3, 33, 65)),
                Optional.of(index));
        return new Bound(rig.bind(new MatMul(true), in, List.of(out), STEP), out);
    }

    private static Bound norm(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(600));
        RmsNorm.In<Buffer> in =
                new RmsNorm.In<>(rig.random(DType.BF16, Rig.perRow(600)), rig.random(DType.F32, Shape.of(600)));
        return new Bound(rig.bind(new RmsNorm(1e-5, DType.F32), in, List.of(out), STEP), out);
    }

    private static Bound sum(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(600));
        Binary.In<Buffer> in =
                new Binary.In<>(rig.random(DType.F32, Rig.perRow(600)), rig.random(DType.F32, Rig.perRow(1)));
        return new Bound(rig.bind(new Binary(Binary.ADD), in, List.of(out), STEP), out);
    }

    private static Bound gated(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(600));
        Gated.In<Buffer> in =
                new Gated.In<>(rig.random(DType.F32, Rig.perRow(600)), rig.random(DType.F32, Rig.perRow(600)));
        return new Bound(rig.bind(new Gated(Activation.SILU, DType.F32), in, List.of(out), STEP), out);
    }

    private static Bound route(Rig rig) {
        Buffer ids = rig.output(DType.I32, Rig.perRow(2));
        Buffer weights = rig.output(DType.F32, Rig.perRow(2));
        Route.In<Buffer> in = new Route.In<>(
                rig.random(DType.F32, Rig.perRow(8)), rig.tensor(DType.I32, Rig.perRow(), i -> i % 5 - 1));
        return new Bound(rig.bind(new Route(2, true), in, List.of(ids, weights), STEP), weights);
    }

    private static Bound experts(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(72));
        Experts.In<Buffer> in = new Experts.In<>(
                rig.random(DType.BF16, Rig.perRow(72)),
                rig.tensor(DType.I32, Rig.perRow(2), i -> i % 5 - 1),
                rig.random(DType.F32, Rig.perRow(2)),
                rig.random(DType.BF16, Shape.of(4, 96, 72)),
                rig.random(DType.BF16, Shape.of(4, 96, 72)),
                rig.random(DType.BF16, Shape.of(4, 72, 96)));
        return new Bound(rig.bind(new Experts(Activation.SILU, DType.F32), in, List.of(out), STEP), out);
    }

    private static Bound rope(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(8, 64));
        Rope.In<Buffer> in = new Rope.In<>(
                rig.random(DType.F32, Rig.perRow(8, 64)),
                rig.random(DType.F32, Rig.perRow(32)),
                rig.random(DType.F32, Rig.perRow(32)));
        return new Bound(rig.bind(new Rope(false, DType.F32), in, List.of(out), STEP), out);
    }

    private static Bound embedding(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(600));
        Embedding.In<Buffer> in = new Embedding.In<>(
                rig.random(DType.BF16, Shape.of(50, 600)),
                rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> i % 50 - 1));
        return new Bound(rig.bind(new Embedding(DType.F32), in, List.of(out), STEP), out);
    }

    private static Bound cache(Rig rig) {
        Buffer pool = rig.random(DType.F32, Shape.of(8, 4, 16, 64));
        CacheWrite.In<Buffer> in = new CacheWrite.In<>(
                pool,
                rig.random(DType.F32, Rig.perRow(4, 64)),
                rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> i - 1));
        return new Bound(rig.bind(new CacheWrite(), in, List.of(), STEP), pool);
    }

    private static Bound attention(Rig rig) {
        Buffer out = rig.output(DType.F32, Rig.perRow(8, 64));
        Attention.In<Buffer> in = new Attention.In<>(
                rig.random(DType.F32, Rig.perRow(8, 64)),
                rig.random(DType.F32, Shape.of(8, 4, 16, 64)),
                rig.random(DType.F32, Shape.of(8, 4, 16, 64)),
                rig.tensor(DType.I32, Shape.of(Rig.SEQUENCES.dim(), 8), i -> i % 8),
                rig.tensor(DType.I32, Shape.of(Rig.SEQUENCES.dim()), i -> 0),
                rig.tensor(DType.I32, Shape.of(Rig.SEQUENCES.dim()), i -> 100),
                rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> i < 20 ? 0 : 1),
                rig.tensor(DType.I32, Shape.of(Rig.ROWS.dim()), i -> 60 + i % 20));
        return new Bound(
                rig.bind(new Attention(0.125, new Visibility.Causal(), Rig.KEYS), in, List.of(out), STEP), out);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("ops")
    void everyStepGivesTheSameBits(Tier tier, String name, Bind bind) {
        try (Rig rig = new Rig(tier.open())) {
            Bound bound = bind.on(rig);
            bound.launch().run(rig.backend().queue(), STEP);
            double[] first = Rig.read(bound.out(), STEP);
            for (int i = 0; i < 50; i++) {
                bound.launch().run(rig.backend().queue(), STEP);
                assertArrayEquals(first, Rig.read(bound.out(), STEP));
            }
        }
    }

    /** Counted on the launching thread, once its code is compiled; two hundred launches may make less than one small object each. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("ops")
    void aLaunchMakesNoObjects(Tier tier, String name, Bind bind) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Rig rig = new Rig(tier.open())) {
            Bound bound = bind.on(rig);
            long allocated = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 100 && allocated > 1_600; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    bound.launch().run(rig.backend().queue(), STEP);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(allocated <= 1_600, allocated + " bytes in two hundred launches");
        }
    }
}
