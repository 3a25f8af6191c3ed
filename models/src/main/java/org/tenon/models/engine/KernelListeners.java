package org.tenon.models.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.tenon.api.model.ModelListener;
import org.tenon.api.program.Kernel;
import org.tenon.api.program.KernelListener;
import org.tenon.api.tensor.StepShape;

/** Those who want to know what each kernel takes. The computation hears of them only while there are some. Thread-safe. */
final class KernelListeners implements KernelListener {
    private static final System.Logger LOG = System.getLogger(KernelListeners.class.getName());

    private final List<KernelListener> attached = new CopyOnWriteArrayList<>();
    private final Computation computation;
    private final Consumer<Runnable> engine;

    /** The computation, and what runs something on the thread that the computation belongs to. */
    KernelListeners(Computation computation, Consumer<Runnable> engine) {
        this.computation = computation;
        this.engine = engine;
    }

    ModelListener.Registration attach(KernelListener listener) {
        attached.add(listener);
        engine.accept(this::settle);
        return () -> detach(listener);
    }

    private void detach(KernelListener listener) {
        attached.remove(listener);
        engine.accept(this::settle);
    }

    private void settle() {
        if (attached.isEmpty()) {
            computation.listenNoMore();
        } else {
            computation.listen(this);
        }
    }

    @Override
    public void ran(Kernel kernel, StepShape step, long nanos) {
        for (KernelListener listener : attached) {
            try {
                listener.ran(kernel, step, nanos);
            } catch (RuntimeException | Error failure) {
                detach(listener);
                LOG.log(System.Logger.Level.WARNING, "A listener has thrown and is detached: " + listener, failure);
            }
        }
    }
}
