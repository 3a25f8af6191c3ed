package org.tenon.conformance.mutant;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.trial.Forwarding;

/** A correct backend whose answers are changed; {@code differs} is set once one is. Closing it closes the other. */
record MutantBackend(Backend under, Change change, AtomicBoolean differs) implements Forwarding {
    @Override
    public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
            Op<I, B> op, I operands, List<Tensor> outputs) {
        Witness witness = new Witness(under);
        Lookup<B> answer = change.find(witness, op, operands, outputs);
        if (!witness.last.equals(Optional.of(answer))) {
            differs.set(true);
        }
        return answer;
    }

    @Override
    public Queue queue() {
        Queue correct = under.queue();
        Queue answer = change.queue(correct);
        if (answer.equals(correct)) {
            return new Walked(correct);
        }
        differs.set(true);
        return answer;
    }

    /** Records nothing: what a mutant does to a kernel happens on the host, each time that it runs. */
    private record Walked(Queue under) implements ForwardingQueue {}

    @Override
    public DeviceMemory memory() {
        DeviceMemory correct = under.memory();
        DeviceMemory answer = change.memory(under);
        if (!answer.equals(correct)) {
            differs.set(true);
        }
        return answer;
    }

    @Override
    public void close() {
        change.closing();
        under.close();
    }

    /** The correct backend, its last answer kept. */
    private static final class Witness implements Forwarding {
        private final Backend correct;
        private Optional<Lookup<?>> last = Optional.empty();

        Witness(Backend correct) {
            this.correct = correct;
        }

        @Override
        public Backend under() {
            return correct;
        }

        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            Lookup<B> answer = correct.find(op, operands, outputs);
            last = Optional.of(answer);
            return answer;
        }

        @Override
        public void close() {
            // the other is its owner's
        }
    }
}
