package org.tenon.models.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Gives back what a handle holds: when it is closed, or, with a warning, when it has been forgotten and collected. */
final class Forgotten implements Runnable {
    private static final System.Logger LOG = System.getLogger(Forgotten.class.getName());

    private final String what;
    private final BooleanSupplier giveBack;
    private final AtomicBoolean remembered = new AtomicBoolean();

    /** What messages call it; {@code giveBack} says whether there was anything to give back. */
    Forgotten(String what, BooleanSupplier giveBack) {
        this.what = what;
        this.giveBack = giveBack;
    }

    /** It is being closed as it should be. */
    void remembered() {
        remembered.set(true);
    }

    @Override
    public void run() {
        boolean held = giveBack.getAsBoolean();
        if (held && !remembered.get()) {
            LOG.log(System.Logger.Level.WARNING, "A {0} was neither read to its end nor closed; use try.", what);
        }
    }
}
