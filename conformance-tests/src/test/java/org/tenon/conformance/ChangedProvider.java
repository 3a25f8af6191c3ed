package org.tenon.conformance;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.mutant.Change;
import org.tenon.conformance.trial.Forwarding;
import org.tenon.testing.primitive.PrimitiveProvider;

/** The backend of primitives, with something put around it when it is opened. */
record ChangedProvider(UnaryOperator<Backend> around) implements BackendProvider {
    private static final PrimitiveProvider CORRECT = new PrimitiveProvider();

    /** The backend of primitives, with its answers changed. */
    static ChangedProvider with(Change change) {
        return new ChangedProvider(under -> new Changed(under, change));
    }

    @Override
    public String name() {
        return "changed";
    }

    @Override
    public Presence presence() {
        return CORRECT.presence();
    }

    @Override
    public List<Device> devices() {
        return CORRECT.devices();
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        return around.apply(CORRECT.open(device, numerics));
    }

    private record Changed(Backend under, Change change) implements Forwarding {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            return change.find(under, op, operands, outputs);
        }

        @Override
        public void close() {
            under.close();
        }
    }
}
