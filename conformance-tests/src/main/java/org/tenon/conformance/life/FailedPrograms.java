package org.tenon.conformance.life;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Primitive;
import org.tenon.api.op.Roles;
import org.tenon.api.program.MissingKernels;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.trial.Candidate;

/** A program that can't be compiled says why, leaves nothing, and harms no other. */
final class FailedPrograms {
    private FailedPrograms() {}

    /** An op that nobody has a kernel for, and that isn't made of others. */
    static Optional<String> missingKernel(Candidate candidate) {
        return after(
                candidate,
                MissingKernels.class,
                backend -> SmallProgram.of(
                        backend,
                        SmallProgram.weight(),
                        (writer, y) -> writer.ops().one(new Unheard(), new Unheard.In<>(y))));
    }

    /** A checkpoint that breaks off. */
    static Optional<String> brokenWeight(Candidate candidate) {
        return after(
                candidate,
                BrokenOff.class,
                backend -> SmallProgram.of(backend, new Broken(SmallProgram.weight()), (_, y) -> y));
    }

    /** A program that keeps more than the device has. */
    static Optional<String> tooLarge(Candidate candidate) {
        return after(candidate, OutOfDeviceMemory.class, backend -> {
            long rows = backend.memory().limits().total() / (4 << 10) + 1;
            return SmallProgram.of(backend, SmallProgram.weight(), (writer, y) -> {
                Tensor large = writer.state("large", DType.F32, Shape.of(rows, 1 << 10));
                Tensor some =
                        writer.ops().gather(large, writer.ops().iota(y.shape().dim(0)));
                return writer.ops().add(y, writer.ops().max(some));
            });
        });
    }

    /** What compiles, or fails to. */
    @FunctionalInterface
    private interface Compilation {
        SmallProgram on(Backend backend);
    }

    private static Optional<String> after(
            Candidate candidate, Class<? extends RuntimeException> expected, Compilation compilation) {
        try (Backend backend = candidate.open(Numerics.F32);
                SmallProgram other = SmallProgram.of(backend)) {
            List<Float> first = other.steps(2, 1);
            long before = backend.memory().limits().available();
            for (int i = 0; i < 3; i++) {
                try (SmallProgram program = compilation.on(backend)) {
                    return Optional.of(
                            "it compiles, and gives " + program.steps(1, 1).getFirst());
                } catch (RuntimeException failure) {
                    if (!expected.isInstance(failure)) {
                        return Optional.of("fails with " + failure + " in place of " + expected.getSimpleName());
                    }
                }
            }
            Optional<String> leak =
                    MemoryLife.leak(before, backend.memory().limits().available());
            return leak.isPresent() || other.steps(2, 1).equals(first)
                    ? leak
                    : Optional.of("once a program failed to compile, another one computes something else");
        }
    }

    /** An op of no catalogue. */
    private record Unheard() implements Primitive<Unheard.In<Tensor>, Unheard.In<Buffer>> {
        /** The operand. */
        record In<T>(T x) implements Operands<T> {
            @Override
            public <R> In<R> map(Roles<T, R> as) {
                return new In<>(as.in("x", x));
            }
        }

        @Override
        public List<TensorSpec> infer(In<Tensor> in) {
            return List.of(in.x().spec());
        }
    }

    /** What reading a broken weight throws. */
    private static final class BrokenOff extends TenonException {
        private static final long serialVersionUID = 1L;

        BrokenOff() {
            super("the file ends within the weight");
        }
    }

    /** A weight whose last rows can't be read. */
    private record Broken(WeightSource whole) implements WeightSource {
        @Override
        public String name() {
            return "broken " + whole.name();
        }

        @Override
        public DType type() {
            return whole.type();
        }

        @Override
        public Shape shape() {
            return whole.shape();
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            if (row + rows == rows()) {
                throw new BrokenOff();
            }
            whole.read(row, rows, target);
        }
    }
}
