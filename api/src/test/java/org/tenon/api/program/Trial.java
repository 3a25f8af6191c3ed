package org.tenon.api.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.testing.primitive.PrimitiveProvider;

/** Writes a small program, runs it on a backend, and reads its outputs. */
final class Trial implements AutoCloseable {
    final ProgramWriter writer;
    final Backend backend;
    private final Map<Tensor, int[]> contents = new LinkedHashMap<>();
    private final Arena arena = Arena.ofShared();
    private Runner runner;

    Trial(StepShape bounds, Backend backend) {
        this.writer = new ProgramWriter(bounds, DType.F32);
        this.backend = backend;
    }

    static Trial primitive(StepShape bounds) {
        PrimitiveProvider provider = new PrimitiveProvider();
        return new Trial(bounds, provider.open(provider.devices().getFirst(), Numerics.F32));
    }

    Ops ops() {
        return writer.ops();
    }

    Tensor weight(Shape shape, float... values) {
        return writer.weight(ArraySource.of("weight", DType.F32, shape, values));
    }

    /** An input; floating values come as a weight, or as integers converted. */
    Tensor input(String name, Shape shape, int... values) {
        Tensor tensor = writer.input(name, shape);
        contents.put(tensor, values);
        return tensor;
    }

    Runner finish(Tensor... outputs) {
        runner = Runner.of(writer.finish(List.of(outputs)), backend, (done, total) -> {});
        return runner;
    }

    void run(StepShape shape) {
        contents.forEach((tensor, values) -> {
            if (runner.uses(tensor)) {
                MemorySegment segment = arena.allocate(Math.max(4, 4L * values.length), 64);
                MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, 0, values.length);
                runner.upload(tensor, segment, 4L * values.length);
            }
        });
        runner.run(shape);
    }

    float[] read(Tensor tensor, StepShape shape) {
        int count = Math.toIntExact(tensor.shape().elements(shape));
        MemorySegment segment = arena.allocate(Math.max(4, 4L * count), 64);
        runner.download(tensor, 0, segment, 4L * count);
        return segment.asSlice(0, 4L * count).toArray(ValueLayout.JAVA_FLOAT);
    }

    static float[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Override
    public void close() {
        if (runner != null) {
            runner.close();
        }
        backend.close();
        arena.close();
    }
}
