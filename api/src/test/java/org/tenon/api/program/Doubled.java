package org.tenon.api.program;

import java.util.List;
import java.util.Set;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** An op that Tenon has never heard of. */
record Doubled(boolean special) implements Op<Doubled.In<Tensor>, Doubled.In<Buffer>> {
    static final Feature SPECIAL = new Feature("SPECIAL");

    record In<T>(T x) implements Operands<T> {
        @Override
        public <R> In<R> map(Roles<T, R> as) {
            return new In<>(as.in("x", x));
        }
    }

    @Override
    public List<TensorSpec> infer(In<Tensor> in) {
        return List.of(in.x().spec());
    }

    @Override
    public Set<Feature> features() {
        return special ? Set.of(SPECIAL) : Set.of();
    }

    @Override
    public void lower(Ops ops, In<Tensor> in, List<Tensor> out) {
        ops.into(out.getFirst()).add(in.x(), in.x());
    }
}
