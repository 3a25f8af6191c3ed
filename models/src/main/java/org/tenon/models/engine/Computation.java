package org.tenon.models.engine;

import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Roof;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.program.KernelListener;

/** A model that can compute a step: what the engine asks of it. Used from one thread at a time. */
interface Computation extends AutoCloseable {
    /** Computes a step and waits for it. */
    void run(StepRows rows);

    /** The logits of a row of the last step, F32 {@code [vocabulary]}. */
    void logits(int output, float[] target);

    /** How many of the best of each row are there beside the row itself; 0 where they aren't looked for. */
    default int best() {
        return 0;
    }

    /**
     * The first, or all {@link #best}, of each of the first rows of the last step, as {@link org.tenon.api.op.TopK} orders them: ids and logits,
     * {@code [rows, count, 2]}.
     */
    default void best(int rows, int count, float[] pairs) {
        throw new UnsupportedOperationException("the best aren't looked for");
    }

    /** Sets the first positions of a block to zero, in all caches of a group. */
    void clear(int group, int block, int positions);

    /** Copies the first positions of a block to another, in all caches of a group. */
    void copy(int group, int from, int to, int positions);

    /** Copies the states in a slot to another. */
    void copyStates(int from, int to);

    /** Tells a listener what each kernel takes, from the next step on. */
    void listen(KernelListener listener);

    /** Tells a listener where routers send rows, from the next step on. From any thread. */
    default void watch(RoutingListener listener) {}

    /** Tells it no more. From any thread. */
    default void watchNoMore(RoutingListener listener) {}

    /** Measures what the device can do at most; nothing where the backend can't tell. */
    Optional<Roof> roof(List<Roof.Product> products);

    /** Tells nobody any more. */
    void listenNoMore();

    /** Gives all memory back, that of the weights included. */
    @Override
    void close();
}
