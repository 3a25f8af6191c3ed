package org.tenon.cli.command;

import java.nio.file.Path;
import java.util.List;
import org.tenon.api.layer.Declaration.LengthDependence;
import org.tenon.api.model.CausalModel;
import org.tenon.models.Tenon;

/**
 * A model with the Tenon that loaded it.
 *
 * @param tenon what loaded it
 * @param model the model
 */
record OpenModel(Tenon tenon, CausalModel model) implements AutoCloseable {
    static OpenModel load(Tenon tenon, Path folder) {
        boolean done = false;
        try {
            OpenModel open = new OpenModel(tenon, tenon.causal(folder));
            done = true;
            return open;
        } finally {
            if (!done) {
                tenon.close();
            }
        }
    }

    /** Where the model's reference breaks the law that prefill in chunks is whole prefill. */
    List<LengthDependence> lengthDependences() {
        return tenon.blueprint(model.spec()).lengthDependences();
    }

    @Override
    public void close() {
        model.close();
        tenon.close();
    }
}
