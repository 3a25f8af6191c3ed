package org.tenon.conformance.law;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.conformance.trial.Candidate;

/** A candidate under a name that no other backend has, its backends changed as they are opened. */
record Changed(Candidate candidate, UnaryOperator<Backend> change) implements BackendProvider {
    @Override
    public String name() {
        return "candidate " + candidate.provider().name();
    }

    @Override
    public Presence presence() {
        return candidate.provider().presence();
    }

    @Override
    public List<Device> devices() {
        return List.of(candidate.device());
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        return change.apply(candidate.open(numerics));
    }
}
