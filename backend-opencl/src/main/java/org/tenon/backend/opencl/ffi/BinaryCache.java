package org.tenon.backend.opencl.ffi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compiled programs in a folder, each in a file named by the digest of all that it depends on. A file holds the digest of its contents, then the contents; it is
 * written under another name and renamed, so that processes that start at once can't see half of one. What can't be read or written is a warning. Thread-safe.
 */
public final class BinaryCache {
    /** Names the folder; empty for none. */
    public static final String FOLDER = "org.tenon.opencl.cache";

    private static final System.Logger LOG = System.getLogger(BinaryCache.class.getName());
    private static final int DIGEST_BYTES = 32;

    private final Optional<Path> folder;

    /**
     * A cache.
     *
     * @param folder where it is, made when the first program is written; nothing for none
     */
    public BinaryCache(Optional<Path> folder) {
        this.folder = folder;
    }

    /**
     * The user's cache: what {@value #FOLDER} names, {@code $XDG_CACHE_HOME} or {@code ~/.cache}.
     *
     * @param named what the property says
     * @param home the user's folder
     * @param environment the environment
     * @return the cache
     */
    public static BinaryCache of(@Nullable String named, @Nullable String home, Map<String, String> environment) {
        if (named != null) {
            return new BinaryCache(named.isEmpty() ? Optional.empty() : Optional.of(Path.of(named)));
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (Path.of(cache).isAbsolute()) {
            return new BinaryCache(Optional.of(Path.of(cache, "tenon", "opencl")));
        }
        return new BinaryCache(
                home != null && Files.isDirectory(Path.of(home))
                        ? Optional.of(Path.of(home, ".cache", "tenon", "opencl"))
                        : Optional.empty());
    }

    /** {@return whether there is a folder} */
    boolean keeps() {
        return folder.isPresent();
    }

    /**
     * A program of the cache.
     *
     * @param key what it was compiled from and for
     * @return the binary; nothing where there is none, or none that is whole
     */
    Optional<byte[]> read(String key) {
        Optional<Path> file = file(key).filter(Files::exists);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Files.readAllBytes(file.get());
            if (bytes.length > DIGEST_BYTES) {
                byte[] binary = Arrays.copyOfRange(bytes, DIGEST_BYTES, bytes.length);
                if (Arrays.equals(sha256().digest(binary), Arrays.copyOf(bytes, DIGEST_BYTES))) {
                    return Optional.of(binary);
                }
            }
            warn("The compiled OpenCL program {0} is damaged and is compiled anew", file.get());
        } catch (IOException failure) {
            warn("A compiled OpenCL program can''t be read and is compiled anew: {0}", failure);
        }
        return Optional.empty();
    }

    /**
     * Keeps a program.
     *
     * @param key what it was compiled from and for
     * @param binary the program
     */
    void write(String key, byte[] binary) {
        Optional<Path> file = file(key);
        if (file.isEmpty()) {
            return;
        }
        try {
            Path parent = file.get().toAbsolutePath().getParent();
            Files.createDirectories(
                    parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path written = Files.createTempFile(parent, "program", ".tmp");
            try {
                byte[] bytes = Arrays.copyOf(sha256().digest(binary), DIGEST_BYTES + binary.length);
                System.arraycopy(binary, 0, bytes, DIGEST_BYTES, binary.length);
                Files.write(written, bytes);
                Files.move(written, file.get(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException failure) {
            warn(
                    "OpenCL programs are compiled at every start, for they can''t be kept: {0}. Set -D" + FOLDER
                            + "=DIR",
                    failure);
        }
    }

    private Optional<Path> file(String key) {
        String name = HexFormat.of().formatHex(sha256().digest(key.getBytes(StandardCharsets.UTF_8)));
        return folder.map(there -> there.resolve(name + ".bin"));
    }

    private static void warn(String message, Object about) {
        LOG.log(System.Logger.Level.WARNING, message, about);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
