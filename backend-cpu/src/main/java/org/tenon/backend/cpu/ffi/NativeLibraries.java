package org.tenon.backend.cpu.ffi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads a native library: from the folder that the system property {@value #FOLDER} names, else out of our jar by way of the
 * user's cache, else, where that can't be written or executed from, by way of a temporary folder.
 */
final class NativeLibraries {
    /** Names a folder with libraries to load instead of those in the jar. */
    static final String FOLDER = "org.tenon.native.dir";

    private final Function<String, @Nullable String> properties;
    private final UnaryOperator<@Nullable String> environment;
    private final Path mounts;

    /**
     * Looks into the machine.
     *
     * @param properties the system properties
     * @param environment the environment
     * @param mounts the list of mounted file systems, as Linux writes it
     */
    NativeLibraries(
            Function<String, @Nullable String> properties, UnaryOperator<@Nullable String> environment, Path mounts) {
        this.properties = properties;
        this.environment = environment;
        this.mounts = mounts;
    }

    /**
     * A library that was loaded.
     *
     * @param path where it was loaded from
     * @param symbols its symbols and those of the libraries that it needs
     */
    record Loaded(Path path, SymbolLookup symbols) {}

    /**
     * Loads a library.
     *
     * @param bundle the libraries in the jar
     * @param file the name of the one to load
     * @return the library
     * @throws Unavailable when it can't be; says why and what to do
     */
    Loaded load(BundledLibrary bundle, String file) throws Unavailable {
        requireAccess();
        String folder = properties.apply(FOLDER);
        if (folder != null) {
            Path path = Path.of(folder).resolve(file);
            if (!Files.isRegularFile(path)) {
                throw new Unavailable("-D" + FOLDER + "=" + folder + " holds no " + file);
            }
            return open(path);
        }
        requirePlatform();
        if (!bundle.there()) {
            throw new Unavailable("this build holds no " + file + "; set -D" + FOLDER + "=DIR");
        }
        List<String> reasons = new ArrayList<>();
        Optional<Path> cache = cache();
        if (cache.isPresent()) {
            try {
                Path unpacked = bundle.folder(cache.get());
                bundle.unpack(unpacked);
                return open(unpacked.resolve(file));
            } catch (IOException | Unavailable failure) {
                reasons.add(reason(failure));
            }
        }
        return openTemporary(bundle, file, reasons);
    }

    /** By way of a folder that is ours alone and that is gone when the library is loaded. */
    private Loaded openTemporary(BundledLibrary bundle, String file, List<String> reasons) throws Unavailable {
        try {
            Path folder = Files.createTempDirectory("tenon-native-");
            try {
                bundle.unpack(folder);
                return open(folder.resolve(file));
            } finally {
                delete(folder);
            }
        } catch (IOException | Unavailable failure) {
            reasons.add(reason(failure));
            throw new Unavailable(String.join("; ", reasons.stream().distinct().toList()));
        }
    }

    private static String reason(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof Unavailable ? message : "can't unpack it: " + failure;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** Fails before a file is touched where the JVM was told to deny native access. */
    @SuppressWarnings("restricted")
    private static void requireAccess() throws Unavailable {
        try {
            MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException denied) {
            Module module = NativeLibraries.class.getModule();
            String who = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new Unavailable("native access is denied: add --enable-native-access=" + who);
        }
    }

    private void requirePlatform() throws Unavailable {
        String system = String.valueOf(properties.apply("os.name"));
        String processor = String.valueOf(properties.apply("os.arch"));
        if (!system.equals("Linux") || !(processor.equals("amd64") || processor.equals("x86_64"))) {
            String platform =
                    (system + "-" + processor).toLowerCase(Locale.ROOT).replace(' ', '-');
            throw new Unavailable("no library for " + platform + "; set -D" + FOLDER + "=DIR");
        }
    }

    /** The user's cache: {@code $XDG_CACHE_HOME} or {@code ~/.cache}. */
    private Optional<Path> cache() {
        String cache = environment.apply("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) {
            return Optional.of(Path.of(cache, "tenon", "native"));
        }
        String home = properties.apply("user.home");
        return home != null && Files.isDirectory(Path.of(home))
                ? Optional.of(Path.of(home, ".cache", "tenon", "native"))
                : Optional.empty();
    }

    @SuppressWarnings("restricted")
    private Loaded open(Path path) throws Unavailable {
        try {
            return new Loaded(path, SymbolLookup.libraryLookup(path.toAbsolutePath(), Arena.global()));
        } catch (IllegalArgumentException failure) {
            throw new Unavailable(whyNot(path));
        }
    }

    /** The JVM doesn't pass the loader's message on. */
    private String whyNot(Path path) {
        Optional<String> mount = noexec(path.toAbsolutePath());
        if (mount.isPresent()) {
            return mount.get() + " is mounted noexec; set -D" + FOLDER + "=DIR";
        }
        if (Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"))) {
            return path + " is made for glibc and this system has musl; set -D" + FOLDER + "=DIR";
        }
        return "the system can't load " + path
                + ": it isn't a library for this system, or one that it needs is missing";
    }

    /** The mount point that a file lies under, if nothing there may be executed. */
    private Optional<String> noexec(Path path) {
        String deepest = "";
        boolean forbidden = false;
        try {
            for (String line : Files.isReadable(mounts) ? Files.readAllLines(mounts) : List.<String>of()) {
                String[] fields = line.split(" ", -1); // device, mount point, type, options
                if (fields.length > 3 && path.startsWith(fields[1]) && fields[1].length() >= deepest.length()) {
                    deepest = fields[1];
                    forbidden = List.of(fields[3].split(",", -1)).contains("noexec");
                }
            }
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        return forbidden ? Optional.of(deepest) : Optional.empty();
    }
}
