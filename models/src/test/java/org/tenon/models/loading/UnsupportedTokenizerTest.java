package org.tenon.models.loading;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Model;
import org.tenon.api.model.Pooling;
import org.tenon.api.model.Request;
import org.tenon.api.text.Message;
import org.tenon.models.Tenon;
import org.tenon.models.evaluation.Perplexity;

/** A model whose tokenizer can't be read yet takes ids; one whose tokenizer is broken is refused. */
class UnsupportedTokenizerTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void copyOfACausalModel() throws IOException {
        copy("llama-mha-f32");
    }

    private void copy(String golden) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("src/test/resources/goldens").resolve(golden))) {
            for (Path file : files) {
                Files.copy(file, folder.resolve(file.getFileName()), REPLACE_EXISTING);
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

    /** What every published BERT has. */
    @Test
    void anEncoderSaysWhichTokenizerItCantRead() throws IOException {
        copy("bert-body");
        tokenizer("{\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
                + " \"max_input_chars_per_word\": 100, \"vocab\": {\"[UNK]\": 0, \"a\": 1}}");
        try (Tenon tenon = Tenon.open("cpu");
                EncoderModel model = tenon.encoder(folder)) {
            InvalidRequest refused = assertThrows(InvalidRequest.class, () -> model.embed("a", Pooling.MEAN));
            saysWhy("'WordPiece'", refused.getMessage(), model);
        }
    }

    /** What T5 has. */
    @Test
    void aGenerationSaysWhichTokenizerItNeeds() throws IOException {
        tokenizer("{\"type\": \"Unigram\", \"unk_id\": 1, \"vocab\": [[\"<pad>\", 0.0], [\"<unk>\", -2.5]]}");
        try (Tenon tenon = Tenon.open("cpu");
                CausalModel model = tenon.causal(folder)) {
            Request chat = Request.chat(List.of(Message.user("text")));
            Request stops = Request.ids(1, 2).sampling(sampling().stopStrings("."));
            for (Request request : List.of(Request.text("text"), chat, stops)) {
                InvalidRequest refused = assertThrows(InvalidRequest.class, () -> model.generate(request));
                saysWhy("'Unigram'", refused.getMessage(), model);
            }
            InvalidRequest refused = assertThrows(InvalidRequest.class, () -> Perplexity.of(model, "text"));
            saysWhy("'Unigram'", refused.getMessage(), model);
        }
    }

    private static void saysWhy(String kind, String message, Model model) {
        assertTrue(message.contains(kind) && message.contains("only byte-level BPE is"), message);
        assertTrue(message.contains(model.unreadTokenizer().orElseThrow()), message);
        assertFalse(message.contains("give a folder"), message);
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
