package org.tenon.api.program;

import java.util.List;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** An entry of a program's list. */
sealed interface Node {
    /** An op on its operands. */
    record Call<I extends Operands<Tensor>, B extends Operands<Buffer>>(Op<I, B> op, I in, List<Tensor> out)
            implements Node {}

    /** A body that is repeated; the counter is I32 {@code [1]} and a variable. */
    record Loop(Ops.Turns turns, Tensor counter, List<Node> body) implements Node {}
}
