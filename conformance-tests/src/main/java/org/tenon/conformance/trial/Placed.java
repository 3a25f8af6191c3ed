package org.tenon.conformance.trial;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.cases.Lie;

/**
 * A tensor in a backend's memory, with guards before and behind it. All bytes that belong to no element of the step hold a pattern and must
 * hold it afterwards: in operands a NaN of every floating type, and -1 as an integer; in outputs another one, so that what is computed from
 * the one is not taken for the other.
 */
final class Placed implements AutoCloseable {
    private static final long GUARD = 256;
    private static final byte OPERAND_PATTERN = (byte) 0xFF;
    private static final byte OUTPUT_PATTERN = 0x7F;

    private final Backend backend;
    private final Storage storage;
    private final Buffer buffer;
    private final long[] places;
    private final MemorySegment before;

    private Placed(
            Backend backend, String name, TensorSpec spec, Lie lie, byte pattern, StepShape step, StepShape most) {
        this.backend = backend;
        long offset = GUARD + lie.offset(spec.type());
        long bytes = (offset + spec.bytes(most) + GUARD + GUARD - 1) / GUARD * GUARD;
        this.storage = backend.memory().allocate(bytes);
        this.buffer = new Buffer(name, spec, storage, offset, Layout.DENSE);
        this.places = places(spec, step);
        this.before = MemorySegment.ofArray(new long[Math.toIntExact(bytes / Long.BYTES)])
                .fill(pattern);
    }

    /** An operand with its elements. */
    static Placed operand(Backend backend, String name, Given given, StepShape step, StepShape most) {
        Placed placed = new Placed(backend, name, given.spec(), given.lie(), OPERAND_PATTERN, step, most);
        for (int i = 0; i < given.count(); i++) {
            placed.put(i, given.value(i));
        }
        placed.upload();
        return placed;
    }

    /** An output, all of it pattern. */
    static Placed output(Backend backend, String name, TensorSpec spec, Lie lie, StepShape step, StepShape most) {
        Placed placed = new Placed(backend, name, lie.spec(spec.type(), spec.shape()), lie, OUTPUT_PATTERN, step, most);
        placed.upload();
        return placed;
    }

    /** Holds what it held in the beginning. */
    void restore() {
        upload();
    }

    private void upload() {
        backend.queue().upload(before, storage, 0, before.byteSize());
    }

    private void put(int element, double value) {
        Scalars.set(buffer.type(), before, buffer.offset() + places[element], value);
    }

    Buffer buffer() {
        return buffer;
    }

    /** The elements of the step, as the backend holds them now. */
    double[] read() {
        MemorySegment now = download();
        double[] values = new double[places.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Scalars.get(buffer.type(), now, buffer.offset() + places[i]);
        }
        return values;
    }

    /** The first byte that has changed, of those beside the step's elements or of all. */
    Optional<String> touched(boolean elementsToo) {
        MemorySegment now = download();
        MemorySegment was = MemorySegment.ofArray(before.toArray(ValueLayout.JAVA_BYTE));
        int size = buffer.type().blockBytes();
        for (int i = 0; i < places.length && !elementsToo; i++) {
            MemorySegment.copy(now, buffer.offset() + places[i], was, buffer.offset() + places[i], size);
        }
        long at = was.mismatch(now);
        return at < 0
                ? Optional.empty()
                : Optional.of("byte " + (at - buffer.offset()) + " of " + buffer.name() + ", " + buffer.spec()
                        + (elementsToo ? ", was changed" : ", belongs to no element of the step, but was written"));
    }

    private MemorySegment download() {
        MemorySegment now = MemorySegment.ofArray(new long[Math.toIntExact(before.byteSize() / Long.BYTES)]);
        backend.queue().download(storage, 0, now, now.byteSize());
        return now;
    }

    /** The byte of each element, from the first on. */
    private static long[] places(TensorSpec spec, StepShape step) {
        long[] rows = Scalars.rows(spec, step);
        int width = Math.toIntExact(spec.shape().dim(-1).size(step));
        long[] places = new long[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < places.length; i++) {
            places[i] = rows[i / width] + (long) (i % width) * spec.type().blockBytes();
        }
        return places;
    }

    @Override
    public void close() {
        storage.close();
    }
}
