package org.tenon.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What Ctrl-C does while something runs; closing it undoes this. */
@FunctionalInterface
public interface CtrlC extends AutoCloseable {
    /** Gives Ctrl-C back what it did before. Idempotent. */
    @Override
    void close();

    /**
     * Cancels something when the process is asked to end, and holds the process until what is printed about it is printed. The exit code
     * stays the one that the signal asks for.
     *
     * @param cancel begins to cancel it; called by another thread
     * @return undoes this; closed when the command has printed all that it will print
     */
    static CtrlC cancels(Runnable cancel) {
        return new ShutdownHook(cancel);
    }

    /** Cancels when the JVM shuts down. */
    final class ShutdownHook implements CtrlC {
        /** How long a cancelled command may take to print what it has: a step of a large model on a slow machine, and some more. */
        private static final long PATIENCE_SECONDS = 10;

        private final CountDownLatch done = new CountDownLatch(1);
        private final Thread hook;

        private ShutdownHook(Runnable cancel) {
            this.hook = Thread.ofPlatform().name("ctrl-c").unstarted(() -> {
                cancel.run();
                waitUntilDone();
            });
            Runtime.getRuntime().addShutdownHook(hook);
        }

        private void waitUntilDone() {
            try {
                if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    log(System.Logger.Level.WARNING, "the process ends before the command has printed all");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        /** Logging is loaded when it is needed, for that takes a while. */
        private static void log(System.Logger.Level level, String message) {
            System.getLogger(CtrlC.class.getName()).log(level, message);
        }

        @Override
        public void close() {
            done.countDown();
            if (hook.getState() == Thread.State.NEW) {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException ending) {
                    log(System.Logger.Level.DEBUG, "the process ends just now: " + ending);
                }
            }
        }
    }
}
