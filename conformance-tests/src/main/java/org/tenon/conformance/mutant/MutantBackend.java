package org.tenon.conformance.mutant;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.trial.Forwarding;

/** A correct backend whose answers are changed. Closing it closes the other. */
record MutantBackend(Backend under, Change change) implements Forwarding {
    @Override
    public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs) {
        return change.find(under, op, operands, outputs);
    }

    @Override
    public Queue queue() {
        return change.queue(under.queue());
    }

    @Override
    public void close() {
        under.close();
    }
}
