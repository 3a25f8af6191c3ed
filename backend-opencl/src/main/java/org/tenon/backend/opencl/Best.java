package org.tenon.backend.opencl;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.TopK;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** The best of each row, which is cut into parts, so that a single row keeps the whole device busy ({@code kernels/best.cl, gpu/best.cl}). */
final class Best {
    /** The most of a row that a part keeps in order; beyond, opening up is no slower. */
    private static final int MOST = 256;

    /** Columns of a part on a processor, which goes through sixteen at a time, and of a work-group's. */
    private static final long PART = 1 << 14;

    private static final long SMALL_PART = 1 << 12;

    /** Work-items of a work-group. */
    private static final int ITEMS = 128;

    private final Kernels kernels;

    Best(Kernels kernels) {
        this.kernels = kernels;
    }

    Lookup<TopK.In<Buffer>> topK(TopK op, TopK.In<Tensor> in, List<Tensor> out) {
        if (op.k() > MOST) {
            return Lookup.unsupported("only the " + MOST + " best, not " + op.k());
        }
        long part = kernels.processor() ? PART : SMALL_PART;
        long parts = Math.ceilDiv(in.logits().width(), part);
        ToLongFunction<StepShape> rows = View.rows(in.logits().shape());
        Binder<TopK.In<Buffer>> binder = (operands, outputs, workspace) -> {
            ClLaunch ofParts = launch("best_of_part")
                    .operand(operands.logits())
                    .memory(workspace)
                    .number(op.k())
                    .number(part)
                    .overEither(step -> rows.applyAsLong(step) * parts, part);
            ClLaunch ofRows = launch("best_of_row")
                    .operand(outputs.getFirst())
                    .operand(outputs.getLast())
                    .operand(operands.logits())
                    .memory(workspace)
                    .number(parts)
                    .overEither(rows, parts * op.k());
            return new Launches(List.of(ofParts, ofRows));
        };
        return (kernels.processor() ? kernels.items(binder) : kernels.shared(binder))
                .workspace(step -> rows.applyAsLong(step) * parts * op.k() * Long.BYTES);
    }

    private ClLaunch.Builder launch(String function) {
        return kernels.either("best", function, Map.of(), ITEMS);
    }
}
