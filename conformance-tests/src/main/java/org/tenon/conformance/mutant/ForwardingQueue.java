package org.tenon.conformance.mutant;

import java.lang.foreign.MemorySegment;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.Storage;

/** A queue that does what another one does: it differs in what it records. */
interface ForwardingQueue extends Queue {
    /** {@return the other queue} */
    Queue under();

    @Override
    default void upload(MemorySegment source, Storage target, long offset, long bytes) {
        under().upload(source, target, offset, bytes);
    }

    @Override
    default void download(Storage source, long offset, MemorySegment target, long bytes) {
        under().download(source, offset, target, bytes);
    }

    @Override
    default void clear(Storage target, long offset, long bytes) {
        under().clear(target, offset, bytes);
    }

    @Override
    default void finish() {
        under().finish();
    }
}
