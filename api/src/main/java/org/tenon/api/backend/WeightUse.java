package org.tenon.api.backend;

import java.util.List;
import org.tenon.api.op.Op;
import org.tenon.api.tensor.Layout;

/**
 * One use that a program makes of a weight.
 *
 * @param op the op that reads it
 * @param operand the weight's name in the op's signature
 * @param layouts the layouts that the op's kernel can take, the best first
 */
public record WeightUse(Op<?, ?> op, String operand, List<Layout> layouts) {
    /**
     * Copies the list.
     *
     * @param op the op that reads it
     * @param operand the weight's name
     * @param layouts the layouts that the kernel can take
     */
    public WeightUse {
        layouts = List.copyOf(layouts);
    }
}
