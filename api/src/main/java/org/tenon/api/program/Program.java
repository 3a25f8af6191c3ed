package org.tenon.api.program;

import java.util.List;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;

/** What layers wrote: ops in order, not yet opened up for a backend. Read-only. */
public final class Program {
    private final Values values;
    private final StepShape bounds;
    private final DType activations;
    private final List<Node> load;
    private final List<Node> step;

    Program(Values values, StepShape bounds, DType activations, List<Node> load, List<Node> step) {
        this.values = values;
        this.bounds = bounds;
        this.activations = activations;
        this.load = List.copyOf(load);
        this.step = List.copyOf(step);
    }

    /** {@return the largest step that it runs} */
    public StepShape bounds() {
        return bounds;
    }

    /** {@return the type of activations} */
    public DType activations() {
        return activations;
    }

    Values values() {
        return values;
    }

    List<Node> load() {
        return load;
    }

    List<Node> step() {
        return step;
    }

    /** {@return the ops of a step, one a line} */
    @Override
    public String toString() {
        return Listing.of(step);
    }
}
