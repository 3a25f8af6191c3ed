package org.tenon.api.op;

import java.util.List;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/**
 * An op that isn't made of others. A backend that has all {@link Primitives} runs every model.
 *
 * @param <I> the operands while a program is written
 * @param <B> the same operands once they have their places
 */
public interface Primitive<I extends Operands<Tensor>, B extends Operands<Buffer>> extends Op<I, B> {
    @Override
    default void lower(Ops ops, I in, List<Tensor> out) {
        throw new IllegalStateException(this + " is a primitive and isn't made of others");
    }
}
