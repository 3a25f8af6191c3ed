package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Result;

/** Those who listen to a model. One that throws is detached and logged. Telling them allocates nothing. Thread-safe. */
final class Listeners {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

    private volatile ModelListener[] attached = {}; // replaced as a whole

    synchronized ModelListener.Registration attach(ModelListener listener) {
        List<ModelListener> more = new ArrayList<>(List.of(attached));
        more.add(listener);
        attached = more.toArray(ModelListener[]::new);
        return () -> detach(listener);
    }

    private synchronized void detach(ModelListener listener) {
        List<ModelListener> fewer = new ArrayList<>(List.of(attached));
        fewer.remove(listener);
        attached = fewer.toArray(ModelListener[]::new);
    }

    void stepping() {
        for (ModelListener listener : attached) {
            try {
                listener.stepping();
            } catch (RuntimeException | Error failure) {
                detach(listener, failure);
            }
        }
    }

    void stepped(ModelListener.StepReport step) {
        for (ModelListener listener : attached) {
            try {
                listener.stepped(step);
            } catch (RuntimeException | Error failure) {
                detach(listener, failure);
            }
        }
    }

    void finished(Result result) {
        for (ModelListener listener : attached) {
            try {
                listener.finished(result);
            } catch (RuntimeException | Error failure) {
                detach(listener, failure);
            }
        }
    }

    private void detach(ModelListener listener, Throwable failure) {
        detach(listener);
        LOG.log(System.Logger.Level.WARNING, "A listener has thrown and is detached: " + listener, failure);
    }
}
