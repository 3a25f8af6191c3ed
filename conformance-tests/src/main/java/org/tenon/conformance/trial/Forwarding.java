package org.tenon.conformance.trial;

import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;

/** A backend that answers for another one: it differs in the kernels that it finds. */
public interface Forwarding extends Backend {
    /** {@return the other backend} */
    Backend under();

    @Override
    default String name() {
        return under().name();
    }

    @Override
    default Prepared prepare(WeightSource source, List<WeightUse> uses) {
        return under().prepare(source, uses);
    }

    @Override
    default DeviceMemory memory() {
        return under().memory();
    }

    @Override
    default Queue queue() {
        return under().queue();
    }
}
