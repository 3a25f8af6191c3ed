package com.example.retention;

import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.Memory;
import org.tenon.api.layer.SpecType;
import org.tenon.api.layer.StateView;
import org.tenon.api.op.CausalConv;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** Makes {@link Shift} layers. */
public final class ShiftProvider implements LayerProvider<Shift> {
    private static final int TAPS = 2;

    /** Made by {@link java.util.ServiceLoader}. */
    public ShiftProvider() {}

    @Override
    public SpecType<Shift> type() {
        return new SpecType<>(
                "example/shift", Shift.class, (spec, parts) -> Config.object(), (tree, parts) -> new Shift());
    }

    /** Kept for a sequence is its last row, {@code [1, hidden]}, however long it is. */
    @Override
    public Declaration declare(Shift spec, Dims dims) {
        int hidden = dims.hidden();
        return new Declaration()
                .parameter("weight", Shape.of(TAPS, hidden), Initialiser.uniform(0, 1))
                .memory("last", new LayerMemory.State(Shape.of(TAPS - 1, hidden)))
                .operationsPerKey("last", 2L * TAPS * hidden);
    }

    /** x: [rows, hidden] -> [rows, hidden]. */
    @Override
    public Layer build(Shift spec, LayerContext context) {
        Tensor weight = context.parameter("weight");
        Memory last = context.memory("last");
        return (x, step) -> {
            StateView state = step.state(last);
            CausalConv conv = new CausalConv(false, step.numerics().residual());
            return step.ops()
                    .one(
                            conv,
                            new CausalConv.In<>(
                                    x,
                                    weight,
                                    Optional.empty(),
                                    state.pool(),
                                    state.read(),
                                    state.write(),
                                    step.sequence()));
        };
    }
}
