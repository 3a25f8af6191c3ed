package org.tenon.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.util.Map;

/**
 * What a command reads from and prints on: results go to {@link #print}, everything else to {@link #say}. Output is in UTF-8 whatever the
 * locale. For one thread at a time, save for {@link #say}.
 */
public final class Console {
    /** Enough for the lines of a long file not to cost a system call each. */
    private static final int BUFFER = 1 << 16;

    private final Reader in;
    private final Writer out;
    private final PrintWriter err;
    private final Style style;
    private final boolean progress;
    private final boolean interactive;

    /**
     * A console on any streams, without colours and progress bars.
     *
     * @param in what is read
     * @param out where results go
     * @param err where everything else goes
     */
    public Console(Reader in, Writer out, Writer err) {
        this(in, out, err, new Style(false, false), false, false);
    }

    private Console(Reader in, Writer out, Writer err, Style style, boolean progress, boolean interactive) {
        this.interactive = interactive;
        this.in = in;
        this.out = out;
        this.err = new PrintWriter(err, true);
        this.style = style;
        this.progress = progress;
    }

    /**
     * The console of this process: colours and progress bars where there is a terminal, no colours where {@code NO_COLOR} is set
     * (no-color.org) or the terminal is dumb.
     *
     * @param environment the environment variables
     * @return the console
     */
    public static Console system(Map<String, String> environment) {
        boolean able = !environment.getOrDefault("TERM", "").equals("dumb");
        boolean outTerminal = able && StandardStream.OUT.isTerminal();
        boolean errTerminal = able && StandardStream.ERR.isTerminal();
        boolean wanted = environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Console(
                new BufferedReader(new InputStreamReader(System.in, UTF_8)),
                new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), UTF_8), BUFFER),
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), UTF_8),
                new Style(StandardStream.OUT.isTerminal(), wanted && outTerminal && errTerminal),
                errTerminal,
                outTerminal && StandardStream.IN.isTerminal());
    }

    /** {@return whether somebody sits in front of it and types} */
    public boolean interactive() {
        return interactive;
    }

    /** {@return what is read} */
    public Reader in() {
        return in;
    }

    /** {@return where everything but results goes; flushed at the end of each line} */
    public PrintWriter err() {
        return err;
    }

    /** {@return how text is shown} */
    public Style style() {
        return style;
    }

    /**
     * Prints a part of a result. It is seen after {@link #flush}, or when there is much of it.
     *
     * @param text the text
     * @throws OutputClosed when nobody reads it
     */
    public void print(String text) {
        try {
            out.write(text);
        } catch (IOException failure) {
            throw new OutputClosed(failure);
        }
    }

    /**
     * Prints a line of a result.
     *
     * @param line the line, without its end
     * @throws OutputClosed when nobody reads it
     */
    public void println(String line) {
        print(line);
        print("\n");
    }

    /**
     * Lets what was printed be seen.
     *
     * @throws OutputClosed when nobody reads it
     */
    public void flush() {
        try {
            out.flush();
        } catch (IOException failure) {
            throw new OutputClosed(failure);
        }
    }

    /**
     * Says something beside the results, after what was printed so far.
     *
     * @param line the line, without its end
     */
    public void say(String line) {
        flush();
        err.println(line);
    }

    /**
     * Shows how far something is, from its first second on, where there is a terminal.
     *
     * @param what what is under way
     * @param unit what it is counted in
     * @return the bar; the caller closes it
     */
    public ProgressBar progress(String what, Unit unit) {
        return new ProgressBar(
                progress ? new PrintWriter(err, true) : new PrintWriter(Writer.nullWriter()), what, unit);
    }
}
