package org.tenon.conformance.oracle;

import java.util.List;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;

/**
 * The meaning of an op in plain scalar double precision, written to be read beside the paper, with a bound for each element that follows
 * from the computation. It is fed what the backend is fed: inputs that are rounded to their types already.
 *
 * @param <O> the op
 * @param <I> its operands
 */
@FunctionalInterface
public interface Oracle<O extends Op<?, ?>, I extends Operands<Exact>> {
    /**
     * Computes the op.
     *
     * @param op the op
     * @param in its operands; not changed
     * @param precision how precise the backend claims to be
     * @return the outputs, and after them each operand that the op changes, as it is afterwards
     */
    List<Exact> compute(O op, I in, Precision precision);
}
