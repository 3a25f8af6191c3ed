package org.tenon.conformance.life;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Ops;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** A norm, a product and an activation over a few rows that it keeps: {@code x = silu(norm(x) W^T)}, step after step. */
final class SmallProgram implements AutoCloseable {
    private static final int ROWS = 5;
    private static final int WIDTH = 64;
    private static final StepShape STEP = new StepShape(Map.of(Axis.TOKENS.rows(), ROWS));

    private final Runner runner;
    private final Tensor x;
    private final Tensor result;

    private SmallProgram(Runner runner, Tensor x, Tensor result) {
        this.runner = runner;
        this.x = x;
        this.result = result;
    }

    /** Compiles it. */
    static SmallProgram of(Backend backend) {
        return of(backend, weight(), (_, y) -> y);
    }

    /** The weight of its product. */
    static WeightSource weight() {
        return new Weight(Shape.of(WIDTH, WIDTH));
    }

    /** What else a program computes. */
    @FunctionalInterface
    interface More {
        Tensor of(ProgramWriter writer, Tensor y);
    }

    /** Compiles it with a weight and something more to compute, either of which may not be possible. */
    static SmallProgram of(Backend backend, WeightSource weight, More more) {
        ProgramWriter writer = new ProgramWriter(STEP, DType.F32);
        Ops ops = writer.ops();
        Tensor x = writer.state("x", DType.F32, Shape.of(ROWS, WIDTH));
        Tensor norm = writer.weight(new Weight(Shape.of(WIDTH)));
        Tensor normed = ops.one(new RmsNorm(1e-5, DType.F32), new RmsNorm.In<>(x, norm));
        Tensor product = ops.one(
                new Linear(DType.F32), new Linear.In<>(normed, List.of(writer.weight(weight)), Optional.empty()));
        Tensor result = more.of(writer, ops.one(new Activate(Activation.SILU), new Activate.In<>(product)));
        Runner runner = Runner.of(writer.finish(List.of(result)), backend, (_, _) -> {});
        return new SmallProgram(runner, x, result);
    }

    /** Runs a few steps, each on what came out of the one before, from numbers that a seed gives. */
    List<Float> steps(int count, long seed) {
        float[] values = new float[ROWS * WIDTH];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        MemorySegment bytes = MemorySegment.ofArray(values);
        for (int i = 0; i < count; i++) {
            runner.upload(x, bytes, bytes.byteSize());
            runner.run(STEP);
            runner.download(result, 0, bytes, bytes.byteSize());
        }
        Float[] all = new Float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i];
        }
        return List.of(all);
    }

    @Override
    public void close() {
        runner.close();
    }

    /** Numbers around zero that depend on their places alone. */
    record Weight(Shape shape) implements WeightSource {
        @Override
        public String name() {
            return "weight" + shape;
        }

        @Override
        public DType type() {
            return DType.F32;
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            for (long i = 0; i < rows * shape.width(); i++) {
                long place = row * shape.width() + i;
                target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) Math.sin(1 + place * 0.7));
            }
        }
    }
}
