package org.tenon.models.loading;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.Limits;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.DType;
import org.tenon.models.checkpoint.Access;

/**
 * How models are loaded.
 *
 * @param backend the backend's name; nothing to choose by sizes
 * @param device the device's id within the backend; nothing for the first that fits
 * @param activations the type of activations; nothing for the checkpoint's own
 * @param reproducibility what equal inputs must promise of the bits of results
 * @param limits how much a model does at once
 * @param access how weights are reached
 * @param tolerant whether tensors that nothing consumes are left unread rather than refused
 * @param progress hears how far loading has come
 * @param plugins providers given by hand, before those that are found
 */
public record Options(
        Optional<String> backend,
        Optional<String> device,
        Optional<DType> activations,
        Reproducibility reproducibility,
        Limits limits,
        Access access,
        boolean tolerant,
        Runner.Progress progress,
        Given plugins) {
    /** Nothing chosen: whatever fits the machine. */
    public static final Options DEFAULTS = new Options(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Reproducibility.NONE,
            Limits.defaults(),
            Access.MAPPED,
            false,
            (done, total) -> {},
            new Given(List.of(), List.of(), List.of()));

    /**
     * Providers given by hand.
     *
     * @param backends backends
     * @param layers kinds of layers
     * @param families model families
     */
    public record Given(List<BackendProvider> backends, List<LayerProvider<?>> layers, List<ModelFamily> families) {
        /**
         * Copies the lists.
         *
         * @param backends backends
         * @param layers kinds of layers
         * @param families model families
         */
        public Given {
            backends = List.copyOf(backends);
            layers = List.copyOf(layers);
            families = List.copyOf(families);
        }
    }

    /**
     * Chooses a backend.
     *
     * @param name its name
     * @return the options with it
     */
    public Options backend(String name) {
        return new Options(
                Optional.of(name), device, activations, reproducibility, limits, access, tolerant, progress, plugins);
    }

    /**
     * Chooses a device.
     *
     * @param id its id within the backend
     * @return the options with it
     */
    public Options device(String id) {
        return new Options(
                backend, Optional.of(id), activations, reproducibility, limits, access, tolerant, progress, plugins);
    }

    /**
     * Chooses the type of activations.
     *
     * @param type F32, BF16 or F16
     * @return the options with it
     */
    public Options activations(DType type) {
        return new Options(
                backend, device, Optional.of(type), reproducibility, limits, access, tolerant, progress, plugins);
    }

    /**
     * Asks for reproducible results.
     *
     * @param level what equal inputs must promise
     * @return the options with it
     */
    public Options reproducibility(Reproducibility level) {
        return new Options(backend, device, activations, level, limits, access, tolerant, progress, plugins);
    }

    /**
     * Limits what a model does at once.
     *
     * @param most the limits
     * @return the options with them
     */
    public Options limits(Limits most) {
        return new Options(backend, device, activations, reproducibility, most, access, tolerant, progress, plugins);
    }

    /**
     * Chooses how weights are reached.
     *
     * @param way mapped or copied
     * @return the options with it
     */
    public Options access(Access way) {
        return new Options(backend, device, activations, reproducibility, limits, way, tolerant, progress, plugins);
    }

    /**
     * Leaves tensors that nothing consumes unread.
     *
     * @param lenient whether to
     * @return the options with the choice
     */
    public Options tolerant(boolean lenient) {
        return new Options(backend, device, activations, reproducibility, limits, access, lenient, progress, plugins);
    }

    /**
     * Hears how far loading has come.
     *
     * @param listener called for each weight
     * @return the options with it
     */
    public Options progress(Runner.Progress listener) {
        return new Options(backend, device, activations, reproducibility, limits, access, tolerant, listener, plugins);
    }

    /**
     * Adds a backend.
     *
     * @param provider the backend's provider
     * @return the options with it
     */
    public Options with(BackendProvider provider) {
        return given(new Given(and(plugins.backends(), provider), plugins.layers(), plugins.families()));
    }

    /**
     * Adds a kind of layer.
     *
     * @param provider the layer's provider
     * @return the options with it
     */
    public Options with(LayerProvider<?> provider) {
        return given(new Given(plugins.backends(), and(plugins.layers(), provider), plugins.families()));
    }

    /**
     * Adds a model family.
     *
     * @param family the family
     * @return the options with it
     */
    public Options with(ModelFamily family) {
        return given(new Given(plugins.backends(), plugins.layers(), and(plugins.families(), family)));
    }

    private Options given(Given more) {
        return new Options(backend, device, activations, reproducibility, limits, access, tolerant, progress, more);
    }

    private static <T> List<T> and(List<T> list, T last) {
        List<T> more = new ArrayList<>(list);
        more.add(last);
        return more;
    }
}
