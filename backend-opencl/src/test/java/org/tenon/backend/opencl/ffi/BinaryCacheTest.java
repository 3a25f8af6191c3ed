package org.tenon.backend.opencl.ffi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryCacheTest {
    private static final byte[] PROGRAM = {1, 2, 3};

    @TempDir
    private Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aProgramIsFoundByItsKeyAlone() throws IOException {
        BinaryCache cache = BinaryCache.of(folder.resolve("new").toString(), null, Map.of());
        assertEquals(Optional.empty(), cache.read("key"));
        cache.write("key", PROGRAM);
        assertArrayEquals(PROGRAM, cache.read("key").orElseThrow());
        assertEquals(Optional.empty(), cache.read("another"));
        assertEquals(1, files().size());
    }

    @Test
    void aDamagedProgramIsNoProgram() throws IOException {
        BinaryCache cache = new BinaryCache(Optional.of(folder));
        cache.write("key", PROGRAM);
        Path file = files().getFirst();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1]++;
        Files.write(file, bytes);
        assertEquals(Optional.empty(), cache.read("key"));
        Files.write(file, new byte[1]);
        assertEquals(Optional.empty(), cache.read("key"));
        cache.write("key", PROGRAM);
        assertArrayEquals(PROGRAM, cache.read("key").orElseThrow());
    }

    @Test
    void aFolderThatCantBeWrittenIsNoError() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        BinaryCache cache = new BinaryCache(Optional.of(file));
        cache.write("key", PROGRAM);
        assertEquals(Optional.empty(), cache.read("key"));
    }

    @Test
    void withoutAFolderNothingIsKept() throws IOException {
        BinaryCache cache = BinaryCache.of("", folder.toString(), Map.of());
        cache.write("key", PROGRAM);
        assertEquals(List.of(), files());
    }

    @Test
    void theUsersCacheIsWhereTheEnvironmentSaysElseAtHome() throws IOException {
        BinaryCache.of(null, folder.toString(), Map.of()).write("key", PROGRAM);
        BinaryCache.of(
                        null,
                        null,
                        Map.of("XDG_CACHE_HOME", folder.resolve("xdg").toString()))
                .write("key", PROGRAM);
        List<Path> files = files();
        assertEquals(2, files.size());
        assertTrue(
                files.stream().anyMatch(file -> file.startsWith(folder.resolve(".cache/tenon/opencl"))),
                files::toString);
        assertTrue(
                files.stream().anyMatch(file -> file.startsWith(folder.resolve("xdg/tenon/opencl"))), files::toString);
    }
}
