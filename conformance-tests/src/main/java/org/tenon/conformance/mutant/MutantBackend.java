package org.tenon.conformance.mutant;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** A correct backend whose answers are changed. Closing it closes the other. */
record MutantBackend(Backend correct, Change change) implements Backend {
    @Override
    public String name() {
        return correct.name();
    }

    @Override
    public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs) {
        return change.find(correct, op, operands, outputs);
    }

    @Override
    public Prepared prepare(WeightSource source, List<WeightUse> uses) {
        return correct.prepare(source, uses);
    }

    @Override
    public DeviceMemory memory() {
        return correct.memory();
    }

    @Override
    public Queue queue() {
        return correct.queue();
    }

    @Override
    public void close() {
        correct.close();
    }
}
