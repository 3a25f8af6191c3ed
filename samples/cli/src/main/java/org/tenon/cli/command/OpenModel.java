package org.tenon.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.tenon.api.layer.Declaration.LengthDependence;
import org.tenon.api.model.Model;
import org.tenon.models.Tenon;

/**
 * A model with the Tenon that loaded it.
 *
 * @param tenon what loaded it
 * @param model the model
 * @param <M> the model's kind
 */
record OpenModel<M extends Model>(Tenon tenon, M model) implements AutoCloseable {
    static <M extends Model> OpenModel<M> load(Tenon tenon, Path folder, BiFunction<Tenon, Path, M> kind) {
        boolean done = false;
        try {
            OpenModel<M> open = new OpenModel<>(tenon, kind.apply(tenon, folder));
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
