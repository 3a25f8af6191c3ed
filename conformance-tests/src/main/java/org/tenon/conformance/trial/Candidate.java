package org.tenon.conformance.trial;

import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.Numerics;
import org.tenon.conformance.oracle.Precision;

/**
 * A backend that is to be checked, not open yet.
 *
 * @param provider its provider
 * @param device its device
 * @param precision how precise it claims to be
 */
public record Candidate(BackendProvider provider, Device device, Precision precision) {
    /**
     * Opens it.
     *
     * @param numerics the precision and reproducibility to ask for
     * @return the backend; the caller closes it
     */
    public Backend open(Numerics numerics) {
        return provider.open(device, numerics);
    }
}
