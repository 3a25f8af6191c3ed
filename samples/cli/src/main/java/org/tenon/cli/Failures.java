package org.tenon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.tenon.api.TenonException;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.OutputClosed;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a line or two and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Console console;
    private final BooleanSupplier debug;

    /** The console to report on, and whether stack traces are wanted. */
    Failures(Console console, BooleanSupplier debug) {
        this.console = console;
        this.debug = debug;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        return report(failure);
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(name(command.getCommandSpec().qualifiedName()) + failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            err.println("'" + command.getCommandSpec().qualifiedName() + " --help' tells more.");
        }
        trace(failure);
        return ExitCode.USAGE;
    }

    /** Reports what was thrown, and tells the exit code. */
    int report(Throwable failure) {
        if (failure instanceof OutputClosed) {
            return ExitCode.OUTPUT_CLOSED;
        }
        String message = switch (failure) {
            case TenonException known -> known.getMessage();
            case UncheckedIOException known -> message(Objects.requireNonNull(known.getCause()));
            case IOException known -> message(known);
            case OutOfMemoryError _ ->
                "not enough memory for the Java heap (" + failure.getMessage()
                        + "); give it more with TENON_JAVA_OPTIONS=-Xmx8g";
            default -> "an error of Tenon's own: " + failure + (debug.getAsBoolean() ? "" : "; --debug shows where");
        };
        console.err().println(name("tenon") + message);
        trace(failure);
        return ExitCode.FAILURE;
    }

    private String name(String command) {
        return console.style().bad(command + ":") + " ";
    }

    private void trace(Throwable failure) {
        if (debug.getAsBoolean()) {
            failure.printStackTrace(console.err());
        }
    }

    /** Java gives the file's name alone where the class says what is wrong. */
    private static String message(IOException failure) {
        return switch (failure) {
            case NoSuchFileException file -> file.getFile() + ": doesn't exist";
            case AccessDeniedException file -> file.getFile() + ": may not be read or written";
            case FileAlreadyExistsException file -> file.getFile() + ": exists already";
            case NotDirectoryException file -> file.getFile() + ": isn't a folder";
            case FileSystemException file
            when file.getReason() == null ->
                file.getFile() + ": " + failure.getClass().getSimpleName();
            default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
        };
    }
}
