package org.tenon.backend.cpu.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Native libraries that lie in the jar beside their SHA-256 digests, unpacked into a folder of the user's cache that is named by the first
 * library's digest. Files are written under another name, verified and renamed, so that processes that start at once can't see half a file;
 * one that was changed since is unpacked anew.
 */
final class BundledLibrary {
    private static final int DIGEST_IN_NAME = 16;

    private final String resources;
    private final List<String> files;

    /**
     * Names the libraries.
     *
     * @param resources the folder of their resources, from the root
     * @param files their names, the one that depends on the others first
     */
    BundledLibrary(String resources, List<String> files) {
        this.resources = resources;
        this.files = List.copyOf(files);
    }

    /** {@return whether the jar holds the libraries} */
    boolean there() {
        return files.stream().allMatch(file -> BundledLibrary.class.getResource(resources + file) != null);
    }

    /** {@return the folder of a cache that the libraries belong into} */
    Path folder(Path cache) throws IOException {
        return cache.resolve(digest(files.getFirst()).substring(0, DIGEST_IN_NAME));
    }

    /**
     * Unpacks what isn't there as it should be.
     *
     * @param folder receives the files; made, for the user alone, if it isn't there
     */
    void unpack(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String file : files) {
            Path target = folder.resolve(file);
            String digest = digest(file);
            if (!verified(target, digest)) {
                unpack(file, target, digest);
            }
        }
    }

    private void unpack(String file, Path target, String digest) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Path written = Files.createTempFile(folder, file, ".tmp");
        try {
            if (!copy(file, written).equals(digest)) {
                throw new IOException("the resource " + resources + file + " is damaged: its digest isn't " + digest);
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
        Path stamp = Files.createTempFile(folder, file, ".tmp");
        try {
            Files.writeString(stamp, stamp(target, digest));
            Files.move(stamp, stampOf(target), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(stamp);
        }
    }

    /** Copies a resource; {@return its digest}. */
    private String copy(String file, Path target) throws IOException {
        MessageDigest sha = sha256();
        try (InputStream in = new DigestInputStream(resource(file), sha);
                OutputStream out = Files.newOutputStream(target)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /** Whether a file is the one that was verified when it was written. */
    private static boolean verified(Path target, String digest) throws IOException {
        Path stamp = stampOf(target);
        return Files.isRegularFile(target)
                && Files.isRegularFile(stamp)
                && new String(Files.readAllBytes(stamp), StandardCharsets.UTF_8).equals(stamp(target, digest));
    }

    /** What identifies a file that was verified: to hash 90 MB at each start would take longer than all the rest of it. */
    private static String stamp(Path target, String digest) throws IOException {
        return digest + " " + Files.size(target) + " "
                + Files.getLastModifiedTime(target).toMillis();
    }

    private static Path stampOf(Path target) {
        return target.resolveSibling(target.getFileName() + ".verified");
    }

    private String digest(String file) throws IOException {
        try (InputStream in = resource(file + ".sha256")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    private InputStream resource(String file) throws IOException {
        InputStream in = BundledLibrary.class.getResourceAsStream(resources + file);
        if (in == null) {
            throw new IOException("the jar holds no " + resources + file);
        }
        return in;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
