package org.tenon.demo.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.tenon.api.TenonException;

/**
 * A demo model as a folder of Hugging Face files: unpacked out of this module into a folder of its own, which is removed on {@link #close},
 * or when the process ends before.
 */
public final class DemoFolder implements AutoCloseable {
    /** The files to unpack, as {@code sha256sum} lists them. */
    private static final String SUMS = "SHA256SUMS";

    private final DemoModel model;
    private final Path folder;
    private final Thread hook;

    private DemoFolder(DemoModel model, Path folder) {
        this.model = model;
        this.folder = folder;
        this.hook = Thread.ofPlatform().name("remove " + folder).unstarted(this::remove);
    }

    static DemoFolder unpack(DemoModel model) {
        try {
            DemoFolder folder =
                    new DemoFolder(model, Files.createTempDirectory("tenon-demo-")); // readable by nobody else
            Runtime.getRuntime().addShutdownHook(folder.hook);
            boolean done = false;
            try {
                for (String line : new String(model.bytes(SUMS), UTF_8).lines().toList()) {
                    String[] sum = line.split(" +\\*?", 2);
                    folder.unpack(sum[1], sum[0]);
                }
                done = true;
                return folder;
            } finally {
                if (!done) {
                    folder.close();
                }
            }
        } catch (IOException failure) {
            throw new TenonException(
                    "the demo model can't be unpacked below " + System.getProperty("java.io.tmpdir") + ": " + failure
                            + "; give another folder with -Djava.io.tmpdir=",
                    failure);
        }
    }

    private void unpack(String file, String sum) throws IOException {
        byte[] bytes = model.bytes(file);
        if (!sum.equals(sha256(bytes))) {
            throw new TenonException(
                    "the demo model " + model.title() + ": " + file + " is damaged; build or install Tenon again");
        }
        Files.write(folder.resolve(file), bytes);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** {@return the folder that the model can be loaded from} */
    public Path path() {
        return folder;
    }

    /** Removes the folder. Idempotent. */
    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            log(System.Logger.Level.DEBUG, "the process ends just now", ending);
        }
    }

    private void remove() {
        if (!Files.exists(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException failure) {
            log(System.Logger.Level.WARNING, "can't remove the temporary folder " + folder, failure);
        }
    }

    /** Logging is loaded when it is needed, for that takes a while. */
    private static void log(System.Logger.Level level, String message, Exception failure) {
        System.getLogger(DemoFolder.class.getName()).log(level, message, failure);
    }
}
