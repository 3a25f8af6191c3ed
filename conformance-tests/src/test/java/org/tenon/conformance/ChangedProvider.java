package org.tenon.conformance;

import java.util.List;
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

/** The backend of primitives, changed. */
record ChangedProvider(Change change) implements BackendProvider {
    private static final PrimitiveProvider CORRECT = new PrimitiveProvider();

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
        return new Changed(CORRECT.open(device, numerics), change);
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
