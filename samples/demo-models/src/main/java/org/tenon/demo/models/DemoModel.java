package org.tenon.demo.models;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.tenon.api.TenonException;

/** The small models that Tenon's samples carry with them, each of another architecture and with a task of its own. */
public enum DemoModel {
    /** A Llama that tells short stories and answers questions about them. */
    LLAMA("tells a story"),

    /** A Mixtral that carries out commands on lists of words. */
    MIXTRAL("carries out commands on lists of words"),

    /** A Bamba that recalls what lies where, in a long ledger. */
    BAMBA("recalls what lies where"),

    /** A T5 that writes dates and numbers in digits. */
    T5("writes dates and numbers in digits");

    private final String task;

    DemoModel(String task) {
        this.task = task;
    }

    /** {@return what it is called: {@code llama}} */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return what it does, said of it: {@code tells a story}} */
    public String task() {
        return task;
    }

    /**
     * Unpacks the model.
     *
     * @return its folder; the caller closes it, after the model that was loaded from it
     * @throws TenonException when the files can't be written, or aren't what they were when they were packed
     */
    public DemoFolder unpack() {
        return DemoFolder.unpack(this);
    }

    /**
     * Prompts that the model never saw, each with the right answer, and how often it answered rightly when it was measured.
     *
     * @return JSON in UTF-8
     * @throws TenonException when it can't be read
     */
    public byte[] heldOut() {
        try {
            return bytes("heldout.json");
        } catch (IOException failure) {
            throw new TenonException(
                    "the questions for the demo model " + title() + " can't be read: " + failure, failure);
        }
    }

    byte[] bytes(String file) throws IOException {
        try (InputStream in = DemoModel.class.getResourceAsStream("/org/tenon/demo/" + title() + "/" + file)) {
            if (in == null) {
                throw new TenonException(
                        "the demo model " + title() + ": " + file + " isn't there; build or install Tenon again");
            }
            return in.readAllBytes();
        }
    }
}
