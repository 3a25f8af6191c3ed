package org.tenon.models.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Result;

/** Those who listen to a model. One that throws is detached and logged. Thread-safe. */
final class Listeners {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

    private final List<ModelListener> attached = new CopyOnWriteArrayList<>();

    ModelListener.Registration attach(ModelListener listener) {
        attached.add(listener);
        return () -> attached.remove(listener);
    }

    void stepping() {
        if (!attached.isEmpty()) {
            tell(ModelListener::stepping);
        }
    }

    void stepped(ModelListener.StepReport step) {
        if (!attached.isEmpty()) {
            tell(listener -> listener.stepped(step));
        }
    }

    void finished(Result result) {
        if (!attached.isEmpty()) {
            tell(listener -> listener.finished(result));
        }
    }

    private void tell(Consumer<ModelListener> what) {
        for (ModelListener listener : attached) {
            tell(listener, what);
        }
    }

    private void tell(ModelListener listener, Consumer<ModelListener> what) {
        try {
            what.accept(listener);
        } catch (RuntimeException | Error failure) {
            attached.remove(listener);
            LOG.log(System.Logger.Level.WARNING, "A listener has thrown and is detached: " + listener, failure);
        }
    }
}
