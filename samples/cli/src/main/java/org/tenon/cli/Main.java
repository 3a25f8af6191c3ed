package org.tenon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code tenon}. */
@Command(
        name = "tenon",
        description = "Runs and inspects large language models on the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code: 0 on success, 1 on failure, 2 on wrong usage.
     *
     * @param arguments the subcommand and its options
     */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    /** Called when no subcommand is named: wrong usage. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command; 'tenon --help' lists them.");
    }

    /** Prints the version of Tenon and of the Java runtime. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getModule().getDescriptor() == null
                    ? "unknown"
                    : Main.class.getModule().getDescriptor().rawVersion().orElse("unknown");
            return new String[] {"tenon " + version, "Java " + Runtime.version()};
        }
    }
}
