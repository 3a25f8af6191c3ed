package org.tenon.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.tenon.api.model.ModelListener;

/** Writes down the steps of a model. Thread-safe. */
final class StepLog implements ModelListener {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Step> steps = new ArrayList<>();
    private long began;
    private long allocated;

    /**
     * A step.
     *
     * @param rows the rows computed
     * @param prefillRows how many of them belonged to prompts
     * @param sequences the sequences that had rows
     * @param began when it began, in nanoseconds of {@link System#nanoTime}
     * @param ended when it ended
     * @param allocated the heap bytes that the issuing thread allocated in it
     */
    record Step(int rows, int prefillRows, int sequences, long began, long ended, long allocated) {}

    @Override
    public synchronized void stepping() {
        began = System.nanoTime();
        allocated = threads.getCurrentThreadAllocatedBytes();
    }

    @Override
    public synchronized void stepped(StepReport step) {
        long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
        steps.add(new Step(step.rows(), step.prefillRows(), step.sequences(), began, began + step.nanos(), bytes));
    }

    /** The steps since it was last asked. */
    synchronized List<Step> take() {
        List<Step> taken = List.copyOf(steps);
        steps.clear();
        return taken;
    }
}
