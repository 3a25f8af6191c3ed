package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory.HostStorage;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** A backend with memory for operands, on which one op is bound and run. Memory that no element lies in holds a pattern that must stay. */
final class Rig implements AutoCloseable {
    static final Extent ROWS = Axis.TOKENS.rows();
    static final Extent SEQUENCES = Axis.TOKENS.sequences();
    static final Extent KEYS = new Extent("keys");

    /** The rows that a counted tensor has room for, where a test doesn't say. */
    private static final int MOST_ROWS = 48;

    private static final byte PATTERN = (byte) 0xFF; // a NaN in every floating type

    private final Backend backend;
    private final StepShape most;
    private final List<Runnable> open = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(20261122);
    private int names;

    Rig(Backend backend) {
        this(backend, MOST_ROWS);
    }

    Rig(Backend backend, int mostRows) {
        this.backend = backend;
        this.most = new StepShape(Map.of(ROWS, mostRows, SEQUENCES, 8));
    }

    /** How a tensor lies in memory. */
    enum Lie {
        /** Without gaps. */
        DENSE,
        /** At an offset, with a gap after each row. */
        GAPS
    }

    static StepShape rows(int rows) {
        return new StepShape(Map.of(ROWS, rows, SEQUENCES, 8, KEYS, 1));
    }

    static Shape perRow(long... sizes) {
        return Shape.of(ROWS.dim(), sizes);
    }

    /** A tensor of numbers by index, rounded to its type. */
    Buffer tensor(DType type, Shape shape, Lie lie, IntToDoubleFunction number) {
        TensorSpec spec = TensorSpec.dense(type, shape);
        long offset = 0;
        if (lie == Lie.GAPS) {
            long stride = type.bytes(shape.width() + 3);
            List<Long> strides = new ArrayList<>();
            for (int i = shape.rank() - 2; i >= 0; i--) {
                strides.addFirst(stride);
                stride *= i > 0 ? shape.size(i) : 1;
                stride += type.blockBytes();
            }
            spec = new TensorSpec(type, shape, strides);
            offset = 6L * type.blockBytes();
        }
        Storage storage = backend.memory().allocate(offset + spec.bytes(most) + 64);
        open.add(storage::close);
        ((HostStorage) storage).segment().fill(PATTERN);
        Buffer buffer = new Buffer("t" + names++, spec, storage, offset, Layout.DENSE);
        fill(buffer, number);
        return buffer;
    }

    Buffer tensor(DType type, Shape shape, IntToDoubleFunction number) {
        return tensor(type, shape, Lie.DENSE, number);
    }

    /** A tensor of numbers between -1 and 1. */
    Buffer random(DType type, Shape shape, Lie lie) {
        return tensor(type, shape, lie, i -> random.nextDouble(-1, 1));
    }

    Buffer random(DType type, Shape shape) {
        return random(type, shape, Lie.DENSE);
    }

    Buffer integers(Shape shape, int... values) {
        return tensor(DType.I32, shape, i -> i < values.length ? values[i] : -1);
    }

    /** An output, holding NaN (or -1) so far. */
    Buffer output(DType type, Shape shape, Lie lie) {
        return tensor(type, shape, lie, i -> type.floating() ? Double.NaN : -1);
    }

    Buffer output(DType type, Shape shape) {
        return output(type, shape, Lie.DENSE);
    }

    private void fill(Buffer buffer, IntToDoubleFunction number) {
        MemorySegment bytes = bytes(buffer);
        long[] places = places(buffer, most);
        Lanes lanes = Lanes.of(buffer.type());
        float[] one = new float[1];
        for (int i = 0; i < places.length; i++) {
            double value = number.applyAsDouble(i);
            if (buffer.type().equals(DType.I32)) {
                bytes.set(Lanes.INT, places[i], (int) value);
            } else {
                one[0] = (float) value;
                lanes.store(one, 0, bytes, places[i], 1);
            }
        }
    }

    /** The elements of a step, as they are stored. */
    static double[] read(Buffer buffer, StepShape step) {
        MemorySegment bytes = bytes(buffer);
        Lanes lanes = Lanes.of(buffer.type());
        float[] one = new float[1];
        return Arrays.stream(places(buffer, step))
                .mapToDouble(place -> {
                    if (buffer.type().equals(DType.I32)) {
                        return bytes.get(Lanes.INT, place);
                    }
                    lanes.load(bytes, place, one, 0, 1);
                    return one[0];
                })
                .toArray();
    }

    private static MemorySegment bytes(Buffer buffer) {
        return ((HostStorage) buffer.storage()).segment().asSlice(buffer.offset());
    }

    /** The byte of each element, from the buffer's first on. */
    private static long[] places(Buffer buffer, StepShape step) {
        Shape shape = buffer.shape();
        long[] places = {0};
        for (int i = 0; i < shape.rank(); i++) {
            int size = Math.toIntExact(shape.dim(i).size(step));
            long stride = i == shape.rank() - 1
                    ? buffer.type().blockBytes()
                    : buffer.spec().stride(i);
            long[] next = new long[places.length * size];
            for (int j = 0; j < next.length; j++) {
                next[j] = places[j / size] + j % size * stride;
            }
            places = next;
        }
        return places;
    }

    /** The kernel's answer for an op on buffers. */
    @SuppressWarnings("unchecked") // the operands of an op, mapped, are those that it is written for
    <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, B operands, List<Buffer> outputs) {
        I tensors = (I) operands.map(new Roles<Buffer, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Buffer operand) {
                return Tensor.of(name, operand.spec());
            }
        });
        List<TensorSpec> inferred = op.infer(tensors);
        assertEquals(inferred.size(), outputs.size());
        for (int i = 0; i < inferred.size(); i++) {
            assertEquals(inferred.get(i).shape(), outputs.get(i).shape());
            assertEquals(inferred.get(i).type(), outputs.get(i).type());
        }
        return backend.find(
                op,
                tensors,
                outputs.stream().map(out -> Tensor.of(out.name(), out.spec())).toList());
    }

    /** Binds an op: weights are prepared as its kernel likes them best. */
    <I extends Operands<Tensor>, B extends Operands<Buffer>> Launch bind(
            Op<I, B> op, B operands, List<Buffer> outputs, StepShape most) {
        return bind(op, operands, outputs, most, true);
    }

    @SuppressWarnings("unchecked")
    <I extends Operands<Tensor>, B extends Operands<Buffer>> Launch bind(
            Op<I, B> op, B operands, List<Buffer> outputs, StepShape most, boolean arranged) {
        Lookup.Native<B> kernel = (Lookup.Native<B>) assertInstanceOf(Lookup.Native.class, find(op, operands, outputs));
        B placed = (B) operands.map(new Roles<Buffer, Buffer>() {
            @Override
            public Buffer take(Role role, String name, Buffer operand) {
                List<Layout> layouts = kernel.layouts().getOrDefault(name, List.of(Layout.DENSE));
                boolean dense = !arranged && layouts.contains(Layout.DENSE);
                return role == Role.WEIGHT && !dense ? prepare(op, name, operand, layouts) : operand;
            }
        });
        long bytes = kernel.workspaceBytes().applyAsLong(most);
        Storage memory = backend.memory().allocate(bytes);
        open.add(memory::close);
        Buffer workspace = new Buffer(
                "workspace", TensorSpec.dense(DType.F32, Shape.of((bytes + 3) / 4)), memory, 0, Layout.DENSE);
        return kernel.binder().bind(placed, outputs, workspace);
    }

    private Buffer prepare(Op<?, ?> op, String name, Buffer weight, List<Layout> layouts) {
        Prepared prepared = backend.prepare(source(weight), List.of(new WeightUse(op, name, layouts)));
        open.add(prepared::close);
        return prepared.buffer(0);
    }

    /** A dense buffer as the source of a weight. */
    static WeightSource source(Buffer weight) {
        return new WeightSource() {
            @Override
            public String name() {
                return weight.name();
            }

            @Override
            public DType type() {
                return weight.type();
            }

            @Override
            public Shape shape() {
                return weight.shape();
            }

            @Override
            public void read(long row, long rows, MemorySegment target) {
                MemorySegment.copy(bytes(weight), row * rowBytes(), target, 0, rows * rowBytes());
            }
        };
    }

    /** Binds an op, runs one step, and checks that memory between elements is as it was. */
    <I extends Operands<Tensor>, B extends Operands<Buffer>> void run(
            Op<I, B> op, B operands, List<Buffer> outputs, StepShape step) {
        Launch launch = bind(op, operands, outputs, step);
        launch.run(backend.queue(), step);
        backend.queue().finish();
        outputs.forEach(out -> assertUntouchedAround(out, step));
    }

    /** Fails where a byte that belongs to no element changed, or an element beyond the step. */
    void assertUntouchedAround(Buffer out, StepShape step) {
        MemorySegment memory = ((HostStorage) out.storage()).segment();
        boolean[] elements = new boolean[Math.toIntExact(memory.byteSize())];
        long[] all = places(out, most);
        for (long place : all) {
            int at = Math.toIntExact(out.offset() + place);
            Arrays.fill(elements, at, at + out.type().blockBytes(), true);
        }
        for (int i = 0; i < elements.length; i++) {
            if (!elements[i] && memory.get(ValueLayout.JAVA_BYTE, i) != PATTERN) {
                fail("byte " + i + " beside the elements of " + out + " was written");
            }
        }
        double[] values = read(out, most);
        for (int i = places(out, step).length; i < values.length; i++) {
            if (out.type().floating() ? !Double.isNaN(values[i]) : values[i] != -1) {
                fail("element " + i + " of " + out + " lies beyond the step, and was written");
            }
        }
    }

    Backend backend() {
        return backend;
    }

    @Override
    public void close() {
        for (Runnable each : open.reversed()) {
            each.run();
        }
        backend.close();
    }
}
