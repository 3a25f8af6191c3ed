package org.tenon.api.tensor;

/**
 * Memory of a backend, opaque to all others: a host segment, a device pointer, a set of packed panels. The backend that made
 * it recognises its own class.
 */
public interface Storage extends AutoCloseable {
    /** {@return the bytes that it takes on its device} */
    long bytes();

    /** Gives the memory back. Idempotent. */
    @Override
    void close();
}
