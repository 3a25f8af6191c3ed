package org.tenon.api.backend;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

/**
 * Where a weight comes from: a tensor of a checkpoint, a random initialiser, or a combination of others. Read in panels of
 * rows; a row is what the last dimension spans, and rows are counted through all other dimensions (a vector is one row). Reading
 * may be repeated, and gives the same. Thread-safe.
 */
public interface WeightSource {
    /** {@return what messages call it: the tensor's name in its file, as a rule} */
    String name();

    /** {@return the type of its elements} */
    DType type();

    /** {@return its shape, of fixed sizes} */
    Shape shape();

    /**
     * Reads rows, dense, in the source's type.
     *
     * @param row the first row
     * @param rows how many
     * @param target receives them, from its beginning
     */
    void read(long row, long rows, MemorySegment target);

    /**
     * The whole as it lies in mapped memory, for a backend that can use it in place.
     *
     * @return the bytes, valid as long as the checkpoint is open; nothing where there is no such memory
     */
    default Optional<MemorySegment> mapped() {
        return Optional.empty();
    }

    /** {@return the number of rows} */
    default long rows() {
        return shape().width() == 0 ? 0 : shape().elements() / shape().width();
    }

    /** {@return the bytes of one row} */
    default long rowBytes() {
        return type().bytes(shape().width());
    }

    /**
     * The same weight in another type, converted as it is read.
     *
     * @param type the type wanted
     * @return the weight; this one where it has that type already
     */
    default WeightSource as(DType type) {
        return type.equals(type()) ? this : new ConvertedSource(this, type);
    }
}
