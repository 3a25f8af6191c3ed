package org.tenon.layers.block;

import java.util.List;
import java.util.Optional;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.Step;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * He et al. 2015: {@code onSum(x + multiplier * after(body(before(x))))} for each branch in turn.
 *
 * @param parts the branches in order
 */
record BlockLayer(List<Part> parts) implements Layer {
    /** A branch. */
    record Part(Optional<Layer> before, Layer body, Optional<Layer> after, double multiplier, Optional<Layer> onSum) {}

    /** x: [rows, hidden] -> [rows, hidden], in the residual stream's type. */
    @Override
    public Tensor forward(Tensor x, Step step) {
        Tensor sum = x;
        for (Part part : parts) {
            sum = add(sum, branch(part, sum, step), step);
            if (part.onSum().isPresent()) {
                sum = step.ops()
                        .convert(
                                part.onSum().get().forward(sum, step),
                                step.numerics().residual());
            }
        }
        return sum;
    }

    private static Tensor branch(Part part, Tensor x, Step step) {
        Ops ops = step.ops();
        Tensor normal = part.before().isPresent()
                ? part.before().get().forward(x, step)
                : ops.convert(x, step.numerics().activations());
        Tensor y = part.body().forward(normal, step);
        Tensor z = part.after().isPresent() ? part.after().get().forward(y, step) : y;
        return part.multiplier() == 1 ? z : ops.multiply(ops.convert(z, DType.F32), part.multiplier());
    }

    /** Sums are F32, whatever the residual stream is kept in. */
    private static Tensor add(Tensor x, Tensor y, Step step) {
        Ops ops = step.ops();
        Tensor sum = ops.add(ops.convert(x, DType.F32), ops.convert(y, DType.F32));
        return ops.convert(sum, step.numerics().residual());
    }
}
