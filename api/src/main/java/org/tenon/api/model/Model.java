package org.tenon.api.model;

import java.util.Optional;
import org.tenon.api.backend.Numerics;
import org.tenon.api.text.Tokenizer;

/**
 * A model, loaded, of whatever kind. All may be called from any thread.
 *
 * <p>Every method but the plain getters throws {@link Closed} once the model has been closed.
 */
public interface Model extends AutoCloseable {
    /** {@return the architecture} */
    ModelSpec spec();

    /** {@return the precision that the model computes in} */
    Numerics numerics();

    /** {@return the backend's name and what it runs on} */
    String device();

    /** {@return how much the model does at once; nothing that concerns it is left open} */
    Limits limits();

    /** {@return the longest sequence: what the model is made for, or what there is room for} */
    default int context() {
        return limits().context().orElse(spec().context());
    }

    /** {@return how many ids there are} */
    default int vocabulary() {
        return spec().vocabulary();
    }

    /** {@return the tokenizer, where the checkpoint has one that can be read} */
    Optional<Tokenizer> tokenizer();

    /** {@return why the checkpoint's tokenizer can't be read: what isn't supported, and where; nothing where it can be, or there is none} */
    default Optional<String> unreadTokenizer() {
        return Optional.empty();
    }

    /** {@return how long it took to load the model} */
    LoadTimings loading();

    /**
     * Tells a listener what the model does.
     *
     * @param listener the listener
     * @return detaches it
     */
    ModelListener.Registration listen(ModelListener listener);

    /**
     * Refuses new work, ends what is running, waits for the step that is under way, and gives all memory back. Idempotent, from any thread. On the
     * engine's own thread (in a listener) it doesn't wait.
     */
    @Override
    void close();
}
