package org.tenon.backend.cpu.ffi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Presence;

/** oneDNN's library (oneapi-src/oneDNN), loaded once, when first asked for. Thread-safe. */
public final class OneDnn {
    /** Switches the library off when {@code false}. */
    public static final String SWITCH = "org.tenon.cpu.onednn";

    private static final String FILE = "libdnnl.so.3";

    private static final NativeLibraries MACHINE =
            new NativeLibraries(System::getProperty, System::getenv, Path.of("/proc/mounts"));

    static final BundledLibrary BUNDLE =
            new BundledLibrary("/org/tenon/backend/cpu/native/linux-x86_64/", List.of(FILE, "libgomp.so.1"));

    private final Dnnl functions;

    private OneDnn(Dnnl functions) {
        this.functions = functions;
    }

    /**
     * What came of looking for the library.
     *
     * @param presence where it is, or why it isn't there
     * @param library the library, if it is there
     */
    public record Found(Presence presence, Optional<OneDnn> library) {}

    /** Loads when it is first touched, as classes do. */
    private static final class Once {
        static final Found FOUND = load(MACHINE);
    }

    /**
     * The library, unless it is switched off or can't be loaded.
     *
     * @return where it is, or why it isn't there
     */
    public static Found find() {
        return Boolean.parseBoolean(System.getProperty(SWITCH, "true"))
                ? Once.FOUND
                : absent("switched off by -D" + SWITCH + "=" + System.getProperty(SWITCH));
    }

    /** Loads the library on a machine. */
    static Found load(NativeLibraries machine) {
        try {
            NativeLibraries.Loaded loaded = machine.load(BUNDLE, FILE);
            Dnnl functions = new Dnnl(loaded);
            return new Found(
                    Presence.at("oneDNN " + functions.version() + ", " + loaded.path()),
                    Optional.of(new OneDnn(functions)));
        } catch (Unavailable failure) {
            return absent(String.valueOf(failure.getMessage()));
        }
    }

    private static Found absent(String reason) {
        return new Found(Presence.absent(reason), Optional.empty());
    }

    /**
     * Opens the library for some workers.
     *
     * @param workers how many threads multiply at once
     * @return the engine; the caller closes it
     */
    public DnnEngine engine(int workers) {
        return new DnnEngine(functions, workers);
    }
}
