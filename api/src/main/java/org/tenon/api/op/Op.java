package org.tenon.api.op;

import java.util.List;
import java.util.Set;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A tensor operation as data: a record of its attributes. Its operands stand in a record of their own, so that call sites, lowerings
 * and kernels are type-checked. Ops are compared with {@code equals}; two applications of equal ops to the same operands
 * are one.
 *
 * <p>A plugin's own op implements this interface and goes through the same door as Tenon's.
 *
 * @param <I> the operands while a program is written: a record over {@link Tensor}
 * @param <B> the same operands once they have their places: the record over {@link Buffer}
 */
public interface Op<I extends Operands<Tensor>, B extends Operands<Buffer>> {
    /**
     * Checks the operands and gives the outputs' specs.
     *
     * @param in the operands
     * @return the outputs' specs; empty for an op that only changes an operand
     * @throws ShapeMismatch when an operand doesn't fit; the message names the op, the operand and both shapes
     */
    List<TensorSpec> infer(I in);

    /**
     * Every meaning in use that isn't the op's plainest. A kernel is registered with the features that it handles; an op that
     * uses another is opened up instead.
     *
     * @return the features in use
     */
    default Set<Feature> features() {
        return Set.of();
    }

    /**
     * Says how the op is made of simpler ones: emits ops that compute the outputs. Not called for a {@link Primitive}.
     *
     * @param ops writes the program
     * @param in the operands
     * @param out the outputs, to be written with {@link Ops#into}
     */
    void lower(Ops ops, I in, List<Tensor> out);
}
