package org.tenon.api.op;

import java.util.List;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** One of two values, element by element, by a condition; what isn't chosen doesn't matter, be it NaN. */
public record Select() implements Primitive<Select.In<Tensor>, Select.In<Buffer>> {
    /**
     * The operands; shapes meet as those of {@link Binary} do.
     *
     * @param condition I32, zero for no
     * @param yes F32 or I32: taken where the condition isn't zero
     * @param no of the same type: taken where it is
     * @param <T> what stands for an operand
     */
    public record In<T>(T condition, T yes, T no) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("condition", condition), as.reusable("yes", yes), as.reusable("no", no));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        DType type = in.yes().type();
        ShapeMismatch.unless(in.condition().type().equals(DType.I32), this, "condition", "I32", in.condition());
        ShapeMismatch.unless(type.equals(DType.F32) || type.equals(DType.I32), this, "yes", "F32 or I32", in.yes());
        ShapeMismatch.unless(in.no().type().equals(type), this, "no", "of type " + type + " like yes", in.no());
        Shape values = Broadcast.shape(this, "no", in.yes(), in.no());
        return List.of(TensorSpec.dense(
                type, Broadcast.shape(this, "condition", values, in.condition().shape())));
    }
}
