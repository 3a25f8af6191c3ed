package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.StoredTensor;

class DescribeTest {
    @TempDir
    private Path folder;

    /** Goldens with tensors that nothing uses, or that are there twice. */
    private static final Set<String> STRAY = Set.of(
            "llama-old-llama2", "gpt2-body-and-masks", "bert-masked-untied", "bert-published", "t5-flan-old", "t5-old");

    /** A Llama 3.2 of 1 B, as published; without its weights. */
    private static final String LLAMA = """
            {"model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
             "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256,
             "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "max_position_embeddings": 131072,
             "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
            """;

    @Test
    void parametersAndBytesAreThoseOfTheFiles() throws IOException {
        for (String golden : Run.goldens().filter(name -> !STRAY.contains(name)).toList()) {
            Config report = Run.tenon("describe", "--model", Run.golden(golden), "--json")
                    .json();
            try (Checkpoint checkpoint = Checkpoint.open(Path.of(Run.golden(golden)))) {
                assertEquals(
                        checkpoint.tensors().values().stream()
                                .mapToLong(StoredTensor::elements)
                                .sum(),
                        report.integer("parameters"),
                        golden);
                assertEquals(
                        checkpoint.tensors().values().stream()
                                .mapToLong(StoredTensor::bytes)
                                .sum(),
                        report.integer("weight_bytes"),
                        golden);
            }
            assertEquals(
                    report.integer("parameters"),
                    report.list("parts").stream()
                            .mapToInt(part -> part.integer("parameters"))
                            .sum(),
                    golden);
        }
    }

    @Test
    void aPublishedModelCostsWhatItsPaperSays() throws IOException {
        Files.writeString(folder.resolve("config.json"), LLAMA);
        Config report = Run.tenon("describe", "--model", folder.toString(), "--activations", "bf16", "--json")
                .json();
        assertEquals(1_235_814_400, report.integer("parameters"));
        assertEquals(16, report.integer("layers"));
        assertEquals(131_072, report.integer("context"));
        assertEquals(0, report.integer("weight_bytes"));
        assertEquals(
                16 * 2 * 8 * 64 * 2,
                report.integer("kv_cache_bytes_per_token"),
                "layers, keys and values, heads, width, bytes");
        double products =
                2.0 * (1_235_814_400 - 33 * 2048); // all parameters but those of norms; the tied matrix is the head's
        double attention = 16 * 4.0 * 32 * 64; // scores and sums of one key, in each layer
        assertEquals(products + attention, report.decimal("flops_per_token"));
        assertEquals(products + attention * 131_072, report.decimal("flops_per_token_at_full_context"));
    }

    @Test
    void theTableShowsLayersOnceAndTheirCosts() {
        Run run = Run.tenon("describe", "--model", Run.golden("llama-gqa-tied"));
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("layers.0-2")), run.out());
        assertTrue(run.out().contains("heads 4, kvHeads 2, headDim 12, rope.theta 10000"), run.out());
        assertTrue(run.out().contains("288 bytes a token in BF16"), run.out());
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("head +tenon/head +tiedTo embedding.weight")), run.out());
        assertTrue(lines.stream().noneMatch(line -> line.endsWith(" ")), run.out());
    }

    @Test
    void aFolderWithoutWeightsIsDescribedAllTheSame() throws IOException {
        Files.writeString(folder.resolve("config.json"), LLAMA);
        Run run = Run.tenon("describe", "--model", folder.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("none in this folder"), run.out());
        assertFalse(run.out().contains("null"), run.out());
    }
}
