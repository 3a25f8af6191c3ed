package org.tenon.api.backend;

import java.util.List;
import org.tenon.api.TenonException;

/**
 * A backend plugin's entry, found by {@link java.util.ServiceLoader}: name it both in the module's {@code provides} and in
 * {@code META-INF/services}. Creating one must be cheap and must load nothing native. Thread-safe.
 */
public interface BackendProvider {
    /** {@return the name that users choose the backend by, such as {@code cpu}} */
    String name();

    /**
     * Where a backend stands among others: where the user names none, they are tried from the highest rank down, and those of one rank in the order in which
     * they were found. 0 is for plain code that runs anywhere, 100 for kernels made for the processor, 200 for an accelerator.
     *
     * @return the rank, 0 unless overridden
     */
    default int rank() {
        return 0;
    }

    /**
     * Where one of the backend's devices stands among those of all backends, for a backend whose devices are unlike each other. A model for which the user
     * names no backend is loaded on the device of the highest rank that takes it.
     *
     * @param device one of {@link #devices}
     * @return the rank, the backend's own unless overridden
     */
    default int rankOf(Device device) {
        return rank();
    }

    /**
     * Whether the backend can be there, judged by files and flags alone.
     *
     * @return where it is, or why it isn't there
     */
    Presence presence();

    /**
     * The devices of this machine that the backend can use. May load native libraries.
     *
     * @return the devices, the best first; empty where there are none
     */
    List<Device> devices();

    /**
     * Opens a device for a model.
     *
     * @param device one of {@link #devices}
     * @param numerics the precision and the reproducibility asked for
     * @return the backend; the caller closes it
     * @throws Refused when they can't be had; says which part
     * @throws TenonException when the device can't be opened
     */
    Backend open(Device device, Numerics numerics);
}
