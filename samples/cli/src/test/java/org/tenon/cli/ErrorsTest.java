package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong is a line or two on the error stream, and an exit code. */
class ErrorsTest {
    @TempDir
    private Path folder;

    private static void fails(int code, String said, String... command) {
        Run run = Run.tenon(command);
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().contains(said), run.err());
        assertTrue(run.err().lines().count() <= 2, run.err());
        assertFalse(run.err().contains("\tat "), run.err());
        assertEquals("", run.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                  | Name a command",
                "genrate                                             | Did you mean: tenon generate",
                "generate --prompt x                                 | Missing required option: '--model=DIR'",
                "generate --model m                                  | Give either --prompt=TEXT or --prompt-ids",
                "generate --model m --prompt x --prompt-ids 1        | Give either --prompt=TEXT or --prompt-ids",
                "generate --model m --prompt-ids 1,x                 | 'x' is not an int",
                "generate --model m --prompt x --activations f8      | must be f32, bf16 or f16, but is 'f8'",
                "generate --model m --prompt x --nonsense            | Unknown option: '--nonsense'",
                "generate --model m --prompt x --length-penalty 2    | --length-penalty says how to search; give it with --beams",
                "generate --model m --prompt x --return 2            | --return says how to search; give it with --beams",
                "generate --model m --prompt x --early-stopping true | --early-stopping says how to search",
                "generate --model m --prompt x --beams 2 --early-stopping no | must be true, false or never, but is 'no'",
                "generate --model m --prompt x --beams 2 --temperature 1 | --temperature changes nothing in a search",
                "generate --model m --prompt x --beams 2 --seed 1    | --seed changes nothing in a search",
                "generate --model m --prompt x --beams 2 --logprobs 1 | --logprobs changes nothing in a search",
                "generate --model m --prompt x --beams 2 --stop y    | --stop changes nothing in a search",
                "tokenize --model m                                  | Give either a TEXT or --lines=FILE",
                "perplexity --model m                                | Give either --text=TEXT or --file=FILE",
                "embed --model m                                     | Give at least one TEXT or --ids",
                "embed --model m --ids 1,x                           | --ids must be numbers with commas between them",
                "embed --model m --ids 1 --pooling max               | must be mean, first, last or pooler, but is 'max'",
                "embed --model m --ids 1 --rows 0                    | --rows must be at least 1",
                "perplexity --model m --text x --window 1            | --window must be at least 2",
                "bench --model m --concurrency 0                     | --concurrency must be at least 1",
                "bench --model m --generate 1                        | --generate must be at least 2",
                "bench --model m --prompt 0                          | --prompt must be at least 1",
                "bench --model m --repeat 0                          | --repeat must be at least 1",
                "bench --model m --prompt 8 --context 8              | Give either --prompt=N or --context=N",
                "create --out o                                      | Missing required option: '--config=FILE'",
            })
    void aCommandLineThatCanNotBeUnderstoodIsWrongUsage(String command, String said) {
        fails(2, said, command.isEmpty() ? new String[0] : command.split(" "));
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        for (String command :
                new String[] {"verify", "describe", "bench", "generate --prompt x", "perplexity --text x", "chat"}) {
            fails(1, "no/such/folder", (command + " --model no/such/folder").split(" "));
        }
        fails(1, "no/such/folder", "tokenize", "--model", "no/such/folder", "x");
        fails(1, "no/such/file.json", "create", "--config", "no/such/file.json", "--out", folder.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "embed --ids 1,               llama-gqa-tied, a causal model,            tenon generate",
        "embed --ids 1,               t5-f32,         an encoder with a decoder, tenon generate",
        "chat,                        bert-body,      an encoder,                tenon embed",
        "chat,                        t5-f32,         an encoder with a decoder, tenon generate",
        "perplexity --text x,         bert-body,      an encoder,                tenon embed",
        "bench,                       bert-body,      an encoder,                tenon embed",
        "bench,                       t5-f32,         an encoder with a decoder, tenon generate",
        "generate --prompt-ids 1,     bert-body,      an encoder,                tenon embed",
    })
    void theWrongKindOfModelIsToldWhichCommandTakesIt(String command, String golden, String kind, String right) {
        String model = Run.golden(golden);
        String[] whole = (command + " --model " + model).split(" ");
        fails(1, model + " holds " + kind + ", not ", whole);
        fails(1, "'" + right + "'", whole);
        assertFalse(Run.tenon(whole).err().contains("(...)"));
    }

    @Test
    void aTextNeedsATokenizer() {
        String model = Run.golden("llama-gqa-tied");
        fails(1, "--prompt-ids", "generate", "--model", model, "--prompt", "x");
        fails(1, "tokenizer.json", "tokenize", "--model", model, "x");
        fails(1, "no tokenizer", "perplexity", "--model", model, "--text", "x");
        fails(1, "chat template", "chat", "--model", model);
    }

    @Test
    void aTokenizerThatCanNotBeReadIsNamed() throws IOException {
        String wordPiece = "{\"version\": \"1.0\", \"added_tokens\": [], \"normalizer\": null, \"pre_tokenizer\": null,"
                + " \"post_processor\": null, \"decoder\": null,"
                + " \"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0}}}";
        String why = "the model type 'WordPiece' is not supported; only byte-level BPE is";
        String llama = Run.copy("llama-gqa-tied", folder).toString();
        String bert = Run.copy("bert-body", folder).toString();
        Files.writeString(Path.of(llama, "tokenizer.json"), wordPiece);
        Files.writeString(Path.of(bert, "tokenizer.json"), wordPiece);
        fails(1, why, "generate", "--model", llama, "--prompt", "x");
        fails(1, why, "perplexity", "--model", llama, "--text", "x");
        fails(1, why, "chat", "--model", llama);
        fails(1, why, "embed", "--model", bert, "x");
    }

    @Test
    void anIdThatDoesNotExistIsNamed() {
        String model = Run.golden("llama-gqa-tied");
        fails(1, "0 to 127, but is 600", "generate", "--model", model, "--prompt-ids", "5,600,7");
        fails(1, "-1", "generate", "--model", model, "--prompt-ids", "5,-1");
    }

    @Test
    void anUnknownBackendIsAnsweredWithThoseThereAre() {
        String model = Run.golden("llama-gqa-tied");
        fails(
                1,
                "no backend abacus; found: opencl, cpu",
                "generate",
                "--model",
                model,
                "--prompt-ids",
                "5",
                "--backend",
                "abacus");
        fails(1, "no backend abacus; found: opencl, cpu", "verify", "--model", model, "--backend", "abacus");
    }

    @Test
    void aSettingThatCanNotBeIsRefusedBeforeTheModelIsLoaded() {
        fails(1, "topP must be above 0", "generate", "--model", "no/such/folder", "--prompt", "x", "--top-p", "3");
    }

    @Test
    void aTruncatedCheckpointIsRefused() throws IOException {
        Path model = Run.copy("llama-gqa-tied", folder);
        Path weights = model.resolve("model.safetensors");
        try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            file.truncate(Files.size(weights) - 100);
        }
        fails(1, "model.safetensors", "generate", "--model", model.toString(), "--prompt-ids", "5");
        fails(1, "model.safetensors", "describe", "--model", model.toString());
    }

    @Test
    void aHeaderThatLiesIsRefused() throws IOException {
        Path model = Run.copy("llama-gqa-tied", folder);
        try (FileChannel file = FileChannel.open(model.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, 127}), 0);
        }
        fails(1, "model.safetensors", "generate", "--model", model.toString(), "--prompt-ids", "5");
    }

    @Test
    void aConfigurationThatIsNotJsonIsRefused() throws IOException {
        Path model = Run.copy("llama-gqa-tied", folder);
        Files.writeString(model.resolve("config.json"), "{\"model_type\": ");
        fails(1, "config.json: isn't valid JSON", "generate", "--model", model.toString(), "--prompt-ids", "5");
    }

    @Test
    void theStackTraceIsShownWhenItIsAskedFor() {
        for (String[] command : new String[][] {
            {"--debug", "describe", "--model", "no/such/folder"}, {"describe", "--model", "no/such/folder", "--debug"}
        }) {
            Run run = Run.tenon(command);
            assertEquals(1, run.code());
            assertTrue(run.err().contains("\tat org.tenon"), run.err());
        }
    }
}
