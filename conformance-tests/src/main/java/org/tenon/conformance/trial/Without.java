package org.tenon.conformance.trial;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** A backend that hides its kernel for one kind of op, so that the op is opened up. Closing it leaves the other open. */
record Without(Backend under, Class<?> hidden) implements Forwarding {
    @Override
    public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs) {
        return op.getClass().equals(hidden)
                ? Lookup.unsupported("hidden, so that it is opened up")
                : under.find(op, operands, outputs);
    }

    @Override
    public void close() {
        // the other is its owner's
    }
}
