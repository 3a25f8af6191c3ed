package org.tenon.backend.opencl;

import java.util.List;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;

/** An op that takes several kernels, one after another. Makes no object in a step. */
final class Launches implements Launch {
    private final Launch[] each;

    Launches(List<Launch> launches) {
        each = launches.toArray(Launch[]::new);
    }

    @Override
    public void run(Queue queue, StepShape step) {
        for (Launch launch : each) {
            launch.run(queue, step);
        }
    }

    @Override
    public void close() {
        for (Launch launch : each) {
            launch.close();
        }
    }
}
