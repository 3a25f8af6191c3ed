package org.tenon.backend.cpu.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding and unpacking oneDNN's library. The bundled one is for Linux on x86-64. */
class LoadingTest {
    private static final String LIBRARY = "libdnnl.so.3";

    @TempDir
    Path folder;

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    @BeforeAll
    static void onThePlatformOfTheBundle() {
        assumeTrue(System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64"));
    }

    private OneDnn.Found load() {
        properties.putIfAbsent("os.name", "Linux");
        properties.putIfAbsent("os.arch", "amd64");
        return OneDnn.load(new NativeLibraries(properties::get, environment::get, folder.resolve("mounts")));
    }

    private void assertAbsent(String reason) {
        OneDnn.Found found = load();
        assertFalse(found.presence().available());
        assertTrue(found.library().isEmpty());
        assertEquals(reason, found.presence().detail());
    }

    private void assertPresent() {
        OneDnn.Found found = load();
        assertTrue(found.presence().available(), found.presence().detail());
        assertTrue(found.library().isPresent());
    }

    private Path unpacked() throws IOException {
        return OneDnn.BUNDLE.folder(folder.resolve("tenon/native"));
    }

    @Test
    void itIsUnpackedIntoTheUsersCacheAndForTheUserAlone() throws IOException {
        environment.put("XDG_CACHE_HOME", folder.toString());
        assertPresent();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(unpacked())));
        try (Stream<Path> files = Files.list(unpacked())) {
            assertEquals(
                    List.of("libdnnl.so.3", "libdnnl.so.3.verified", "libgomp.so.1", "libgomp.so.1.verified"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void withoutThatVariableTheCacheIsInTheHomeFolder() throws IOException {
        properties.put("user.home", folder.toString());
        assertPresent();
        assertTrue(Files.exists(
                OneDnn.BUNDLE.folder(folder.resolve(".cache/tenon/native")).resolve(LIBRARY)));
    }

    @Test
    void aFileThatIsThereIsNotWrittenAgain() throws IOException {
        environment.put("XDG_CACHE_HOME", folder.toString());
        assertPresent();
        FileTime before = Files.getLastModifiedTime(unpacked().resolve(LIBRARY + ".verified"));
        assertPresent();
        assertEquals(before, Files.getLastModifiedTime(unpacked().resolve(LIBRARY + ".verified")));
    }

    @Test
    void aFileThatWasChangedIsReplaced() throws IOException {
        OneDnn.BUNDLE.unpack(folder);
        Path library = folder.resolve(LIBRARY);
        long size = Files.size(library);
        Files.writeString(library, "not a library");
        OneDnn.BUNDLE.unpack(folder);
        assertEquals(size, Files.size(library));
        Files.delete(folder.resolve("libgomp.so.1"));
        OneDnn.BUNDLE.unpack(folder);
        assertTrue(Files.exists(folder.resolve("libgomp.so.1")));
    }

    @Test
    void severalMayUnpackAtOnce() throws Exception {
        List<Callable<Boolean>> starts = new ArrayList<>();
        Path target = folder.resolve("cache");
        for (int i = 0; i < 3; i++) {
            starts.add(() -> {
                OneDnn.BUNDLE.unpack(target);
                return true;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (Future<Boolean> each : threads.invokeAll(starts)) {
                assertTrue(each.get());
            }
        }
        try (Stream<Path> files = Files.list(target)) {
            assertEquals(4, files.count(), "two libraries, verified, and nothing left over");
        }
        properties.put(NativeLibraries.FOLDER, target.toString());
        assertPresent();
    }

    @Test
    void aCacheThatCannotBeWrittenIsPassedBy() throws IOException {
        Files.writeString(folder.resolve("tenon"), "a file where a folder should be");
        environment.put("XDG_CACHE_HOME", folder.toString());
        OneDnn.Found found = load();
        assertTrue(found.library().isPresent());
        String temporary = found.presence().detail().replaceFirst(".*, ", "");
        assertFalse(Files.exists(Path.of(temporary)), "gone once it is loaded");
    }

    @Test
    void aFolderCanBeGiven() throws IOException {
        OneDnn.BUNDLE.unpack(folder);
        properties.put(NativeLibraries.FOLDER, folder.toString());
        properties.put("os.arch", "whatever"); // it is the user's word that counts
        OneDnn.Found found = load();
        assertTrue(found.presence().detail().endsWith(folder.resolve(LIBRARY).toString()));
        assertTrue(found.presence().detail().startsWith("oneDNN 3."));
    }

    @Test
    void aGivenFolderWithoutTheLibraryIsAReason() {
        properties.put(NativeLibraries.FOLDER, folder.toString());
        assertAbsent("-Dorg.tenon.native.dir=" + folder + " holds no libdnnl.so.3");
    }

    @Test
    void whatIsNoLibraryIsAReason() throws IOException {
        Files.writeString(folder.resolve(LIBRARY), "not a library");
        properties.put(NativeLibraries.FOLDER, folder.toString());
        assertAbsent("the system can't load " + folder.resolve(LIBRARY)
                + ": it isn't a library for this system, or one that it needs is missing");
    }

    /** A library that can't be mapped for execution fails like one that isn't one; the list of mounts tells why. */
    @Test
    void aFolderMountedNoexecIsAReason() throws IOException {
        Files.writeString(folder.resolve(LIBRARY), "not a library");
        Files.writeString(
                folder.resolve("mounts"),
                "overlay / overlay rw,relatime 0 0\ntmpfs " + folder + " tmpfs rw,nosuid,noexec 0 0\n");
        properties.put(NativeLibraries.FOLDER, folder.toString());
        assertAbsent(folder + " is mounted noexec; set -Dorg.tenon.native.dir=DIR");
    }

    @Test
    void anotherLibraryOfThatNameIsAReason() throws IOException {
        OneDnn.BUNDLE.unpack(folder);
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(folder.resolve("libgomp.so.1"), other.resolve(LIBRARY));
        properties.put(NativeLibraries.FOLDER, other.toString());
        assertAbsent(other.resolve(LIBRARY) + " has no dnnl_version: it isn't oneDNN 3 built with OpenMP");
    }

    @Test
    void anotherPlatformIsAReason() {
        properties.put("os.arch", "aarch64");
        assertAbsent("no library for linux-aarch64; set -Dorg.tenon.native.dir=DIR");
        properties.put("os.name", "Mac OS X");
        assertAbsent("no library for mac-os-x-aarch64; set -Dorg.tenon.native.dir=DIR");
    }
}
