package org.tenon.api.program;

import java.util.List;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.StepShape;

/** A node bound to its place. It can be walked, or walked with a look at the clock around each kernel. */
sealed interface Bound extends Launch {
    /** Runs it, waits for each kernel, and tells what it took. */
    void run(Queue queue, StepShape shape, KernelListener listener);

    /** A kernel. */
    record Call(Kernel kernel, Launch launch) implements Bound {
        @Override
        public void run(Queue queue, StepShape shape) {
            launch.run(queue, shape);
        }

        @Override
        public void run(Queue queue, StepShape shape, KernelListener listener) {
            listener.ran(kernel, shape, queue.timed(launch, shape));
        }

        @Override
        public void close() {
            launch.close();
        }
    }

    /** A body that is repeated. */
    record Loop(Ops.Turns turns, Bound body) implements Bound {
        @Override
        public void run(Queue queue, StepShape shape) {
            int count = turns.count(shape);
            for (int turn = 0; turn < count; turn++) {
                body.run(queue, shape);
            }
        }

        @Override
        public void run(Queue queue, StepShape shape, KernelListener listener) {
            int count = turns.count(shape);
            for (int turn = 0; turn < count; turn++) {
                body.run(queue, shape, listener);
            }
        }

        @Override
        public void close() {
            body.close();
        }
    }

    /** One after another. */
    final class Sequence implements Bound {
        private final List<Bound> parts;
        private final Launch[] launches;

        Sequence(List<Bound> parts) {
            this.parts = List.copyOf(parts);
            this.launches = parts.stream()
                    .map(part -> part instanceof Call call ? call.launch() : part)
                    .toArray(Launch[]::new);
        }

        @Override
        public void run(Queue queue, StepShape shape) {
            for (Launch launch : launches) {
                launch.run(queue, shape);
            }
        }

        @Override
        public void run(Queue queue, StepShape shape, KernelListener listener) {
            for (Bound part : parts) {
                part.run(queue, shape, listener);
            }
        }

        @Override
        public void close() {
            parts.forEach(Bound::close);
        }
    }
}
