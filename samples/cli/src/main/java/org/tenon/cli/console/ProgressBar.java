package org.tenon.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A bar that grows on one line of a terminal and leaves nothing behind. Work that takes less than a second shows none. */
public final class ProgressBar implements AutoCloseable {
    private static final long FIRST = TimeUnit.SECONDS.toNanos(1);
    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int WIDTH = 30;

    private final PrintWriter terminal;
    private final String what;
    private final Unit unit;
    private final LongSupplier clock;
    private long next;
    private boolean shown;

    ProgressBar(PrintWriter terminal, String what, Unit unit) {
        this(terminal, what, unit, System::nanoTime);
    }

    ProgressBar(PrintWriter terminal, String what, Unit unit, LongSupplier clock) {
        this.terminal = terminal;
        this.what = what;
        this.unit = unit;
        this.clock = clock;
        this.next = clock.getAsLong() + FIRST;
    }

    /**
     * Tells how far it is. Costs next to nothing when it is called often.
     *
     * @param done how much is done
     * @param total how much there is
     */
    public void at(long done, long total) {
        long now = clock.getAsLong();
        if (now - next < 0) {
            return;
        }
        next = now + EVERY;
        shown = true;
        double share = total <= 0 ? 0 : Math.clamp((double) done / total, 0, 1);
        int full = (int) (share * WIDTH);
        terminal.print("\r" + what + " [" + "=".repeat(full) + " ".repeat(WIDTH - full) + "] " + unit.text(done)
                + " of " + unit.text(total) + "\u001b[K");
        terminal.flush();
    }

    /** Takes the bar away. Idempotent. */
    @Override
    public void close() {
        if (shown) {
            terminal.print("\r\u001b[K");
            terminal.flush();
            shown = false;
        }
    }
}
