package org.tenon.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.tenon.api.TenonException;
import org.tenon.api.text.Encoding;
import org.tenon.api.text.Tokenizer;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.JsonObject;
import org.tenon.cli.console.Table;
import org.tenon.tokenizers.HuggingFaceTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon tokenize}: text to token ids and back. */
@Command(name = "tokenize", sortOptions = false, description = "Splits a text into tokens, or each line of a file.")
public final class Tokenize implements Callable<Integer> {
    private static final JsonFactory JSON = new JsonFactory();

    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", arity = "0..1", paramLabel = "TEXT", description = "The text.")
    private Optional<String> text = Optional.empty();

    @Option(
            names = "--lines",
            paramLabel = "FILE",
            description =
                    "Instead of a text, a file with a JSON string on each line; prints an object with \"ids\" and the decoded \"text\" for each.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--no-special",
            description = "Add no tokens in front or behind; those that stand in the text still count.")
    private boolean noSpecial;

    @Mixin
    private JsonOption json = new JsonOption();

    /**
     * The command.
     *
     * @param console what it prints on
     */
    public Tokenize(Console console) {
        this.console = console;
    }

    /**
     * Reads the tokenizer and prints what it makes of the input.
     *
     * @return 0
     * @throws IOException when the file of lines can't be read
     */
    @Override
    public Integer call() throws IOException {
        if (text.isPresent() == file.isPresent()) {
            throw new ParameterException(spec.commandLine(), "Give either a TEXT or --lines=FILE.");
        }
        Tokenizer tokenizer = HuggingFaceTokenizer.load(folder.path());
        if (file.isPresent()) {
            lines(tokenizer, file.get());
        } else {
            print(tokenizer, text.orElseThrow());
        }
        console.flush();
        return 0;
    }

    private void lines(Tokenizer tokenizer, Path input) throws IOException {
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(input, UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                int[] ids = tokenizer.ids(string(input, number, line), !noSpecial);
                console.println(new JsonObject()
                        .with("ids", ids)
                        .with("text", tokenizer.decode(ids, true))
                        .line());
            }
        } catch (CharacterCodingException failure) {
            throw new TenonException(input + ": isn't UTF-8 after line " + number, failure);
        }
    }

    private static String string(Path input, int number, String line) throws IOException {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                if (parser.nextToken() == null) {
                    return text;
                }
            }
            throw new TenonException(input + ": line " + number + " must be a JSON string and nothing else");
        } catch (JsonProcessingException failure) {
            throw new TenonException(
                    input + ": line " + number + " must be a JSON string: " + failure.getOriginalMessage(), failure);
        }
    }

    private void print(Tokenizer tokenizer, String given) {
        Encoding encoding = tokenizer.encode(given, !noSpecial);
        int[] ids = encoding.ids();
        if (json.given()) {
            List<String> tokens = Arrays.stream(ids)
                    .mapToObj(id -> tokenizer.token(id).orElse(""))
                    .toList();
            List<int[]> offsets = IntStream.range(0, ids.length)
                    .mapToObj(i -> new int[] {encoding.start(i), encoding.end(i)})
                    .toList();
            console.println(new JsonObject()
                    .with("ids", ids)
                    .with("tokens", tokens)
                    .with("offsets", offsets)
                    .with("text", tokenizer.decode(ids, true))
                    .document());
            return;
        }
        Table table = Table.of("rll").row("id", "token", "text");
        for (int i = 0; i < ids.length; i++) {
            table.row(
                    Integer.toString(ids[i]),
                    tokenizer.token(ids[i]).orElse(""),
                    JsonObject.quoted(given.substring(encoding.start(i), encoding.end(i))));
        }
        table.print(console);
    }
}
