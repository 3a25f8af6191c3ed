package org.tenon.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.tenon.cli.command.Backends;
import org.tenon.cli.command.Bench;
import org.tenon.cli.command.Chat;
import org.tenon.cli.command.Conformance;
import org.tenon.cli.command.Create;
import org.tenon.cli.command.Demo;
import org.tenon.cli.command.Describe;
import org.tenon.cli.command.Embed;
import org.tenon.cli.command.Generate;
import org.tenon.cli.command.Perplexity;
import org.tenon.cli.command.Products;
import org.tenon.cli.command.Tokenize;
import org.tenon.cli.command.Verify;
import org.tenon.cli.console.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code tenon}. */
@Command(
        name = "tenon",
        description = "Runs and inspects large language models on the JVM.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:the command failed, or what it checked isn't right",
            "2:the command line can't be understood"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code: 0 on success, 1 on failure, 2 on wrong usage.
     *
     * @param arguments the command and its options
     */
    public static void main(String... arguments) {
        System.setProperty("java.util.logging.config.class", QuietLogging.class.getName());
        System.exit(run(Console.system(System.getenv()), arguments));
    }

    /**
     * Runs one command.
     *
     * @param console what it reads from and prints on
     * @param arguments the command and its options
     * @return its exit code
     */
    static int run(Console console, String... arguments) {
        Main main = new Main();
        Failures failures = new Failures(console, () -> main.debug);
        StringWriter help = new StringWriter();
        CommandLine line = new CommandLine(main);
        commands(console).forEach(line::addSubcommand);
        line.setOut(new PrintWriter(help))
                .setErr(console.err())
                .setColorScheme(Help.defaultColorScheme(console.style().colours() ? Help.Ansi.ON : Help.Ansi.OFF))
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
        try {
            int code = line.execute(arguments);
            console.print(help.toString());
            console.flush();
            return code;
        } catch (RuntimeException | Error failure) {
            return failures.report(failure);
        }
    }

    private static List<Object> commands(Console console) {
        return List.of(
                new Demo(console),
                new Generate(console),
                new Chat(console),
                new Perplexity(console),
                new Embed(console),
                new Tokenize(console),
                new Describe(console),
                new Verify(console),
                new Bench(console),
                new Create(console),
                new Backends(console),
                new Products(console),
                new Conformance(console));
    }

    /** Called when no command is named: wrong usage. */
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
