package org.tenon.cli.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Lines that somebody types one after another: on a terminal with editing and with a history that lasts as long as the process, else read
 * as they are.
 */
public abstract class Conversation implements AutoCloseable {
    private Conversation() {}

    /**
     * Begins to read.
     *
     * @param console what is read when it isn't a terminal
     * @return the lines; the caller closes them
     * @throws IOException when the terminal can't be opened
     */
    public static Conversation on(Console console) throws IOException {
        return console.interactive() ? new Typed() : new Piped(new BufferedReader(console.in()));
    }

    /**
     * Waits for a line.
     *
     * @param prompt what stands before it on a terminal
     * @return the line; nothing at the end
     * @throws IOException when reading fails
     */
    public abstract Optional<String> next(String prompt) throws IOException;

    /** {@return whether somebody sits at a terminal} */
    public abstract boolean typed();

    /**
     * What Ctrl-C does while an answer comes.
     *
     * @param cancel begins to cancel it
     * @return undoes this
     */
    public abstract CtrlC cancels(Runnable cancel);

    /** Gives the terminal back as it was. */
    @Override
    public abstract void close() throws IOException;

    private static final class Typed extends Conversation {
        private final Terminal terminal;
        private final LineReader reader;

        Typed() throws IOException {
            this.terminal = TerminalBuilder.builder().system(true).build();
            this.reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // a "!" is a "!"
                    .build();
        }

        @Override
        public Optional<String> next(String prompt) {
            while (true) {
                try {
                    return Optional.of(reader.readLine(prompt));
                } catch (UserInterruptException typedSoFar) {
                    if (typedSoFar.getPartialLine().isEmpty()) {
                        return Optional.empty();
                    }
                } catch (EndOfFileException _) {
                    return Optional.empty();
                }
            }
        }

        @Override
        public boolean typed() {
            return true;
        }

        @Override
        public CtrlC cancels(Runnable cancel) {
            Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> cancel.run());
            return () -> terminal.handle(Terminal.Signal.INT, before);
        }

        @Override
        public void close() throws IOException {
            terminal.close();
        }
    }

    private static final class Piped extends Conversation {
        private final BufferedReader lines;

        Piped(BufferedReader lines) {
            this.lines = lines;
        }

        @Override
        public Optional<String> next(String prompt) throws IOException {
            return Optional.ofNullable(lines.readLine());
        }

        @Override
        public boolean typed() {
            return false;
        }

        @Override
        public CtrlC cancels(Runnable cancel) {
            return CtrlC.cancels(cancel);
        }

        @Override
        public void close() {
            // the input belongs to the process
        }
    }
}
