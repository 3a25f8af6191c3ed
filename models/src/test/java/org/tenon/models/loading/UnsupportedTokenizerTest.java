package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Request;
import org.tenon.models.Tenon;

/** A model whose tokenizer can't be read yet takes ids; one whose tokenizer is broken is refused. */
class UnsupportedTokenizerTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("src/test/resources/goldens/llama-mha-f32"))) {
            for (Path file : files) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private void tokenizer(String model) throws IOException {
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"version\": \"1.0\", \"added_tokens\": [], \"normalizer\": null, \"pre_tokenizer\": null,"
                        + " \"post_processor\": null, \"decoder\": null, \"model\": " + model + "}");
    }

    @Test
    void sentencePieceLeavesAModelOfIds() throws IOException {
        tokenizer("{\"type\": \"BPE\", \"byte_fallback\": true, \"vocab\": {\"<0x00>\": 0, \"a\": 1}, \"merges\": []}");
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel model = tenon.causal(folder)) {
            assertTrue(model.tokenizer().isEmpty());
            assertThrows(InvalidRequest.class, () -> model.generate("text", sampling()));
            Request ids = Request.ids(1, 2, 3).sampling(sampling().greedy().maxTokens(4));
            assertEquals(4, model.generate(ids).await().ids().length);
        }
    }

    @Test
    void aBrokenTokenizerIsAnError() throws IOException {
        tokenizer("{\"type\": \"BPE\", \"vocab\": {\"a\": -7}, \"merges\": []}");
        try (Tenon tenon = Tenon.open("cpu")) {
            TenonException broken = assertThrows(TenonException.class, () -> tenon.causal(folder));
            assertTrue(broken.getMessage().contains("tokenizer.json"), broken.getMessage());
        }
    }
}
