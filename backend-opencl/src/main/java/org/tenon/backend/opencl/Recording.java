package org.tenon.backend.opencl;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;

/** The launches of a step of one shape, in order, with what the shape decides: found out once, and then put on the queue without asking again. */
final class Recording implements Launch {
    private final List<ClLaunch> launches = new ArrayList<>();
    private final List<long[]> sizes = new ArrayList<>(); // of each
    private final List<Long> units = new ArrayList<>(); // of each

    /** Keeps a launch; it comes after those that were kept before. */
    void add(ClLaunch launch, long[] decided, long count) {
        launches.add(launch);
        sizes.add(decided.clone());
        units.add(count);
    }

    /** Sets the arguments of all of them to what they were, once nothing on the queue can look at them any more. */
    void prepare(Queue queue) {
        boolean idle = false;
        for (int i = 0; i < launches.size(); i++) {
            if (!launches.get(i).prepared(sizes.get(i), units.get(i))) {
                if (!idle) {
                    queue.finish();
                    idle = true;
                }
                launches.get(i).prepare(sizes.get(i), units.get(i));
            }
        }
    }

    @Override
    public void run(Queue queue, StepShape step) {
        for (int i = 0; i < launches.size(); i++) {
            launches.get(i).enqueue(sizes.get(i), units.get(i));
        }
    }
}
