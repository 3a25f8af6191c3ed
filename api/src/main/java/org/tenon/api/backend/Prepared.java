package org.tenon.api.backend;

import org.tenon.api.tensor.Buffer;

/** A weight as a backend arranged it, once for every use that a program makes of it. */
public interface Prepared extends AutoCloseable {
    /**
     * The weight for one of its uses.
     *
     * @param use the index of the use in the list given to {@link Backend#prepare}
     * @return the weight, in one of the layouts that the use can take
     */
    Buffer buffer(int use);

    /** Gives the memory back. Idempotent. */
    @Override
    void close();
}
