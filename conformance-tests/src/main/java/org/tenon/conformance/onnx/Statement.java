package org.tenon.conformance.onnx;

import java.util.Map;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;
import org.tenon.conformance.cases.Given;

/** A published case in an op of Tenon's: operands and the published output, each in the op's own shape. */
record Statement(Op<?, ?> op, Operands<Given> in, OnnxTensor output, StepShape step) {
    static Statement of(Op<?, ?> op, Operands<Given> in, OnnxTensor output) {
        return new Statement(op, in, output, StepShape.NONE);
    }

    /** With a count of the step's. */
    Statement with(Extent extent, int count) {
        return new Statement(op, in, output, new StepShape(Map.of(extent, count)));
    }
}
