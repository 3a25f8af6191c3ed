package org.tenon.backend.opencl.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.backend.Presence;

class LoaderTest {
    @TempDir
    private Path root;

    private Path library;
    private Path vendors;

    @BeforeEach
    void folders() throws IOException {
        library = Files.createDirectories(root.resolve("usr/lib64")).resolve("libOpenCL.so.1");
        vendors = Files.createDirectories(root.resolve("etc/OpenCL/vendors"));
    }

    private Presence presence(Map<String, String> environment) {
        return new Loader(root, environment).presence();
    }

    @Test
    void withoutALoaderTheReasonSaysWhatToInstall() {
        Presence presence = presence(Map.of());
        assertFalse(presence.available());
        assertTrue(presence.detail().contains("ocl-icd-libopencl1"), presence.detail());
    }

    @Test
    void withoutAPlatformTheReasonNamesTheFolder() throws IOException {
        Files.createFile(library);
        Presence presence = presence(Map.of());
        assertFalse(presence.available());
        assertTrue(presence.detail().contains(vendors.toString()), presence.detail());
    }

    @Test
    void aLoaderAndAPlatformAreEnough() throws IOException {
        Files.createFile(library);
        Files.createFile(vendors.resolve("maker.icd"));
        assertEquals(Presence.at(library), presence(Map.of()));
    }

    @Test
    void theEnvironmentMayNameLoaderAndPlatforms() throws IOException {
        Path folder = Files.createDirectories(root.resolve("mine"));
        Path loader = Files.createFile(folder.resolve("libOpenCL.so.1"));
        Path platform = Files.createFile(folder.resolve("mine.icd"));
        for (Path named : new Path[] {folder, platform}) {
            assertEquals(
                    Presence.at(loader),
                    presence(Map.of("LD_LIBRARY_PATH", ":" + folder, "OCL_ICD_VENDORS", named.toString())));
        }
    }

    @Test
    void poclWithACacheThatCantBeWrittenIsAbsentForThatReason() throws IOException {
        Files.createFile(library);
        Files.createFile(vendors.resolve("pocl.icd"));
        Path file = Files.createFile(root.resolve("file"));
        Presence presence =
                presence(Map.of("POCL_CACHE_DIR", file.resolve("cache").toString()));
        assertFalse(presence.available());
        assertTrue(presence.detail().contains("POCL_CACHE_DIR"), presence.detail());
        assertTrue(presence(Map.of("POCL_CACHE_DIR", root.resolve("new/cache").toString()))
                .available());
    }

    @Test
    void aProgramIsFoundOnThePathOnlyWhereItCanBeRun() throws IOException {
        Path program = Files.createFile(root.resolve("ld"));
        Loader loader = new Loader(root, Map.of("PATH", "/nowhere:" + root));
        assertFalse(loader.onPath("ld"));
        assertTrue(program.toFile().setExecutable(true));
        assertTrue(loader.onPath("ld"));
        assertFalse(new Loader(root, Map.of()).onPath("ld"));
    }
}
