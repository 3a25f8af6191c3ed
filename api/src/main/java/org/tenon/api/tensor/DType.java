package org.tenon.api.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An element type: a scalar, or a block format that stores a run of elements together. The set is open: a plugin makes a
 * new one by giving its sizes and a codec, which defines what the bytes mean. Compare with {@code equals}: two types are the
 * same when their names are.
 *
 * <p>Immutable and thread-safe.
 */
public final class DType {
    /** IEEE 754 binary32, little-endian. */
    public static final DType F32 = new DType("F32", 1, 4, true, Scalars.F32);

    /** IEEE 754 binary16, little-endian. */
    public static final DType F16 = new DType("F16", 1, 2, true, Scalars.F16);

    /** The upper half of a binary32 (8 bits of exponent, 7 of fraction), little-endian; encoded to nearest, ties to even. */
    public static final DType BF16 = new DType("BF16", 1, 2, true, Scalars.BF16);

    /** Signed 32-bit integers, little-endian: ids, indices, lengths. */
    public static final DType I32 = new DType("I32", 1, 4, false, Scalars.I32);

    /** What the bytes of a type mean, as floats. Implementations are stateless and thread-safe. */
    public interface Codec {
        /**
         * Decodes {@code count} elements.
         *
         * @param source the bytes of the tensor, from its first element on
         * @param element the first element to decode; for a block format a multiple of the block
         * @param target receives the values
         * @param from where in {@code target} to begin
         * @param count how many elements; for a block format a multiple of the block
         */
        void decode(MemorySegment source, long element, float[] target, int from, int count);

        /**
         * Encodes {@code count} elements, rounding to the nearest value that the type holds.
         *
         * @param source the values
         * @param from where in {@code source} to begin
         * @param count how many elements; for a block format a multiple of the block
         * @param target the bytes of the tensor, from its first element on
         * @param element the first element to encode; for a block format a multiple of the block
         */
        void encode(float[] source, int from, int count, MemorySegment target, long element);
    }

    private final String name;
    private final int blockElements;
    private final int blockBytes;
    private final boolean floating;
    private final Codec codec;

    /**
     * Defines a type.
     *
     * @param name its name, as checkpoints spell it
     * @param blockElements elements stored together; 1 for a scalar
     * @param blockBytes bytes of one block
     * @param floating whether its values are real numbers rather than integers
     * @param codec what its bytes mean
     */
    public DType(String name, int blockElements, int blockBytes, boolean floating, Codec codec) {
        if (blockElements < 1 || blockBytes < 1) {
            throw new IllegalArgumentException("type " + name
                    + ": a block needs at least one element and one byte, got " + blockElements + " and " + blockBytes);
        }
        this.name = Objects.requireNonNull(name);
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.floating = floating;
        this.codec = Objects.requireNonNull(codec);
    }

    /** {@return the name, as checkpoints spell it} */
    public String name() {
        return name;
    }

    /** {@return how many elements are stored together; 1 for a scalar} */
    public int blockElements() {
        return blockElements;
    }

    /** {@return the bytes of one block} */
    public int blockBytes() {
        return blockBytes;
    }

    /** {@return whether values are real numbers rather than integers} */
    public boolean floating() {
        return floating;
    }

    /** {@return what the bytes mean} */
    public Codec codec() {
        return codec;
    }

    /** {@return whether one element is one block} */
    public boolean scalar() {
        return blockElements == 1;
    }

    /**
     * The bytes that a run of elements takes.
     *
     * @param elements how many; a multiple of the block
     * @return their bytes
     * @throws ArithmeticException when the result does not fit in 63 bits
     */
    public long bytes(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    elements + " elements of " + name + " are no whole number of blocks of " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DType type && type.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
