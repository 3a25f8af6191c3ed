package org.tenon.backend.opencl.ffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tenon.api.backend.Presence;

/** Looks for the ICD loader and for the list of OpenCL platforms, by files alone. */
public final class Loader {
    private static final String FILE = "libOpenCL.so.1";

    private final Path root;
    private final Map<String, String> environment;

    /**
     * Looks into a machine.
     *
     * @param root the file system's root; another one in tests
     * @param environment the environment
     */
    public Loader(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    /** {@return the loader's library, or why OpenCL can't be there and what to install} */
    public Presence presence() {
        Optional<Path> library = library();
        if (library.isEmpty()) {
            return Presence.absent(FILE + " isn't in " + folders()
                    + "; install an OpenCL ICD loader such as Debian's ocl-icd-libopencl1");
        }
        List<Path> vendors = vendors();
        if (vendors.isEmpty()) {
            return Presence.absent(
                    "no .icd file in " + vendorFolder()
                            + " names an OpenCL platform; install the device's driver, or PoCL for the processor (Debian's pocl-opencl-icd)");
        }
        Optional<Path> cache = unwritable();
        if (cache.isPresent()
                && vendors.stream()
                        .allMatch(vendor -> vendor.getFileName().toString().startsWith("pocl"))) {
            return Presence.absent(
                    "PoCL shows no device while its cache can't be written: POCL_CACHE_DIR=" + cache.get());
        }
        return Presence.at(library.get());
    }

    /** {@return the loader's library, if it is there} */
    Optional<Path> library() {
        return folders().stream()
                .map(folder -> folder.resolve(FILE))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        for (String folder : List.of(
                "usr/lib/x86_64-linux-gnu",
                "usr/lib/aarch64-linux-gnu",
                "usr/lib64",
                "usr/lib",
                "usr/local/lib",
                "usr/local/cuda/lib64")) {
            folders.add(root.resolve(folder));
        }
        return folders;
    }

    /** Where both loaders, ocl-icd and Khronos's, look for platforms. */
    private Path vendorFolder() {
        @Nullable String named = environment.getOrDefault("OCL_ICD_VENDORS", environment.get("OPENCL_VENDOR_PATH"));
        return named == null || named.isEmpty() ? root.resolve("etc/OpenCL/vendors") : Path.of(named);
    }

    private List<Path> vendors() {
        Path folder = vendorFolder();
        if (Files.isRegularFile(folder)) {
            return List.of(folder);
        }
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".icd")).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** The folder that PoCL was told to use and can't. */
    private Optional<Path> unwritable() {
        String named = environment.getOrDefault("POCL_CACHE_DIR", "");
        if (named.isEmpty()) {
            return Optional.empty();
        }
        Path folder = Path.of(named);
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return Files.isDirectory(there) && Files.isWritable(there) ? Optional.empty() : Optional.of(folder);
    }

    /**
     * Looks for a program.
     *
     * @param program its name
     * @return whether it is on the PATH
     */
    public boolean onPath(String program) {
        return Stream.of(environment.getOrDefault("PATH", "").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    }
}
