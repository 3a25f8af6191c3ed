package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * A matrix product, accumulated in F32 or better. With an index, each matrix of {@code a} picks the matrix of {@code b} that it
 * is multiplied by; a negative index gives zeros. This alone expresses paged attention and experts without copying.
 *
 * @param transposed whether {@code b} holds the columns of the product's right side as rows: {@code a b^T}
 */
public record MatMul(boolean transposed) implements Primitive<MatMul.In<Tensor>, MatMul.In<Buffer>> {
    /**
     * The operands: F32, or the activations' type where the backend accepted one.
     *
     * @param a {@code [m, k]}, or with an index {@code [..., m, k]}
     * @param b {@code [n, k]} if transposed, else {@code [k, n]}; with an index a stack {@code [N, n, k]} or {@code [N, k, n]}
     * @param index I32, the leading dimensions of {@code a}: which matrix of the stack each takes, negative for none
     * @param <T> what stands for an operand
     */
    public record In<T>(T a, T b, Optional<T> index) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("a", a), as.in("b", b), as.optional("index", index));
        }
    }

    /** The output is F32 {@code [..., m, n]}. */
    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        Shape a = in.a().shape();
        Shape b = in.b().shape();
        ShapeMismatch.unless(in.a().type().floating(), this, "a", "of a floating type", in.a());
        ShapeMismatch.unless(in.b().type().floating(), this, "b", "of a floating type", in.b());
        if (in.index().isPresent()) {
            Tensor index = in.index().get();
            ShapeMismatch.unless(a.rank() >= 3, this, "a", "[..., m, k] with an index", in.a());
            ShapeMismatch.unless(b.rank() == 3, this, "b", "a stack of matrices with an index", in.b());
            ShapeMismatch.unless(
                    index.type().equals(DType.I32)
                            && index.shape().dims().equals(a.dims().subList(0, a.rank() - 2)),
                    this,
                    "index",
                    "I32 with the leading dimensions of a, " + a,
                    index);
        } else {
            ShapeMismatch.unless(a.rank() == 2, this, "a", "[m, k] without an index", in.a());
            ShapeMismatch.unless(b.rank() == 2, this, "b", "a matrix without an index", in.b());
        }
        Dim inner = b.dim(transposed ? -1 : -2);
        ShapeMismatch.unless(a.dim(-1).equals(inner), this, "b", "of inner size " + a.dim(-1) + " like a " + a, in.b());
        List<Dim> dims = new ArrayList<>(a.dims());
        dims.set(a.rank() - 1, b.dim(transposed ? -2 : -1));
        return List.of(TensorSpec.dense(DType.F32, new Shape(dims)));
    }
}
