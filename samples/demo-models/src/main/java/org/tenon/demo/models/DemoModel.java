package org.tenon.demo.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.tenon.api.TenonException;

/**
 * A Llama that tells short stories, as a folder of Hugging Face files: unpacked out of this module into a folder of its own, which is
 * removed on {@link #close}, or when the process ends before.
 */
public final class DemoModel implements AutoCloseable {
    private static final String RESOURCES = "/org/tenon/demo/llama/";

    /** The files to unpack, as {@code sha256sum} lists them. */
    private static final String SUMS = "SHA256SUMS";

    private final Path folder;
    private final Thread hook;

    private DemoModel(Path folder) {
        this.folder = folder;
        this.hook = Thread.ofPlatform().name("remove " + folder).unstarted(this::remove);
    }

    /**
     * Unpacks the model.
     *
     * @return its folder; the caller closes it, after the model that was loaded from it
     * @throws TenonException when the files can't be written, or aren't what they were when they were packed
     */
    public static DemoModel unpack() {
        try {
            DemoModel model = new DemoModel(Files.createTempDirectory("tenon-demo-")); // readable by nobody else
            Runtime.getRuntime().addShutdownHook(model.hook);
            boolean done = false;
            try {
                for (String line : new String(bytes(SUMS), UTF_8).lines().toList()) {
                    String[] sum = line.split(" +\\*?", 2);
                    model.unpack(sum[1], sum[0]);
                }
                done = true;
                return model;
            } finally {
                if (!done) {
                    model.close();
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
        byte[] bytes = bytes(file);
        if (!sum.equals(sha256(bytes))) {
            throw new TenonException("the demo model's " + file + " is damaged; build or install Tenon again");
        }
        Files.write(folder.resolve(file), bytes);
    }

    private static byte[] bytes(String file) throws IOException {
        try (InputStream in = DemoModel.class.getResourceAsStream(RESOURCES + file)) {
            if (in == null) {
                throw new TenonException("the demo model's " + file + " isn't there; build or install Tenon again");
            }
            return in.readAllBytes();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /**
     * Stories that the model never saw, each with a question and its answer, and how often it answered rightly when it was measured.
     *
     * @return JSON in UTF-8
     */
    public static byte[] heldOut() {
        try {
            return bytes("heldout.json");
        } catch (IOException failure) {
            throw new TenonException("the demo model's questions can't be read: " + failure, failure);
        }
    }

    /** {@return the folder that the model can be loaded from} */
    public Path folder() {
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
        System.getLogger(DemoModel.class.getName()).log(level, message, failure);
    }
}
