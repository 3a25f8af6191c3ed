package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Presence;

/**
 * The library of our own C kernels ({@code src/main/c}), loaded once, when first asked for, and the variant of them that this machine runs. Thread-safe.
 *
 * <p>A class that binds kernels takes this and asks {@link #bind} for each by its C name without the instruction set.
 */
public final class NativeKernels {
    /** Switches the library off when {@code false}. */
    public static final String SWITCH = "org.tenon.cpu.kernels";

    private static final String FILE = "libtenoncpu.so";

    private static final NativeLibraries MACHINE =
            new NativeLibraries(System::getProperty, System::getenv, Path.of("/proc/mounts"));

    static final BundledLibrary BUNDLE =
            new BundledLibrary("/org/tenon/backend/cpu/native/linux-x86_64/", List.of(FILE));

    private final NativeLibraries.Loaded library;
    private final List<Isa> there; // the best last
    private final Isa isa;

    private NativeKernels(NativeLibraries.Loaded library, List<Isa> there, Isa isa) {
        this.library = library;
        this.there = there;
        this.isa = isa;
    }

    /**
     * What came of looking for the library.
     *
     * @param presence where it is and which variant serves, or why it isn't there
     * @param kernels the kernels, if they are there
     */
    public record Found(Presence presence, Optional<NativeKernels> kernels) {}

    /** What came of loading: the library in its best variant, or why not. */
    private record Attempt(String reason, Optional<NativeKernels> best) {}

    /** Loads when it is first touched, as classes do. */
    private static final class Once {
        static final Attempt ATTEMPT = load(MACHINE);
    }

    /**
     * The kernels for the instruction set that {@value Isa#PROPERTY} names, or the best, unless they are switched off or can't be loaded.
     *
     * @return where they are, or why they aren't there
     */
    public static Found find() {
        if (!Boolean.parseBoolean(System.getProperty(SWITCH, "true"))) {
            return absent("switched off by -D" + SWITCH + "=" + System.getProperty(SWITCH));
        }
        Optional<NativeKernels> best = Once.ATTEMPT.best();
        if (best.isEmpty()) {
            return absent(Once.ATTEMPT.reason());
        }
        String asked = System.getProperty(Isa.PROPERTY);
        NativeKernels kernels = asked == null ? best.get() : best.get().as(Isa.chosen(asked, best.get().there));
        return new Found(Presence.at(kernels.isa.id() + ", " + kernels.library.path()), Optional.of(kernels));
    }

    /** {@return the kernels in each variant that this machine can run, the best last; none where the library isn't there} */
    public static List<NativeKernels> variants() {
        return Once.ATTEMPT.best().stream()
                .flatMap(best -> best.there.stream().map(best::as))
                .toList();
    }

    /** {@return the instruction set of these kernels} */
    public Isa isa() {
        return isa;
    }

    private NativeKernels as(Isa other) {
        return new NativeKernels(library, there, other);
    }

    private static Found absent(String reason) {
        return new Found(Presence.absent(reason), Optional.empty());
    }

    private static Attempt load(NativeLibraries machine) {
        try {
            NativeLibraries.Loaded loaded = machine.load(BUNDLE, FILE);
            List<Isa> there = there(loaded);
            return new Attempt("", Optional.of(new NativeKernels(loaded, there, there.getLast())));
        } catch (Unavailable failure) {
            return new Attempt(String.valueOf(failure.getMessage()), Optional.empty());
        }
    }

    private static List<Isa> there(NativeLibraries.Loaded library) throws Unavailable {
        MethodHandle count = handle(library, "tenon_variants", FunctionDescriptor.of(JAVA_INT))
                .orElseThrow(() -> new Unavailable(library.path() + " isn't Tenon's: it has no tenon_variants"));
        try {
            return List.of(Isa.values()).subList(0, (int) count.invokeExact());
        } catch (Throwable failure) {
            throw unexpected("tenon_variants", failure);
        }
    }

    /**
     * Binds a kernel in this variant. A call through the handle allocates nothing.
     *
     * @param name its C name without the instruction set
     * @param descriptor its arguments; addresses as {@code long}
     * @return the function
     */
    MethodHandle bind(String name, FunctionDescriptor descriptor) {
        String symbol = name + "_" + isa.id();
        return handle(library, symbol, descriptor)
                .orElseThrow(() -> new IllegalStateException(library.path() + " has no " + symbol));
    }

    /** Binds a function of the system's C library. */
    @SuppressWarnings("restricted")
    MethodHandle system(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> handle(
            NativeLibraries.Loaded library, String symbol, FunctionDescriptor descriptor) {
        Optional<MemorySegment> address = library.symbols().find(symbol);
        return address.map(found -> Linker.nativeLinker().downcallHandle(found, descriptor));
    }

    /** What a call that can't fail threw: an error of the JVM's as it is, anything else as a fault of ours. */
    static RuntimeException unexpected(String function, Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("calling " + function + " failed", failure);
    }
}
