package org.tenon.models.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.CheckpointWriter;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.TensorLayout;

/** Writes a model's folder. */
record Saving(Origin origin, Families.Spelling spelling) {
    /** What goes along unchanged. */
    private static final List<String> COMPANIONS = List.of(
            Checkpoint.GENERATION_CONFIG,
            "tokenizer.json",
            "tokenizer.model",
            "spiece.model",
            "vocab.txt",
            "vocab.json",
            "merges.txt",
            "added_tokens.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja");

    private static final Map<DType, String> TYPES =
            Map.of(DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16");

    private static final String DECODER_START = "decoder_start_token_id";

    /** What an architecture doesn't say, kept where the family has it: what classes are called, by their numbers and the other way round. */
    private static final List<String> CLASSES = List.of(Origin.LABELS, "label2id");

    /** Nor this: what ids mean. Whoever loads the folder must begin and end as the model does that was saved. */
    private static final List<String> TOKENS = List.of(
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            DECODER_START,
            "forced_bos_token_id",
            "forced_eos_token_id");

    void into(Path folder) {
        ParameterNames names = spelling.family().names(spelling.config(), Format.HUGGING_FACE);
        CheckpointWriter.write(
                folder,
                TensorLayout.tensors(origin.blueprint().parameters().keySet(), names, origin.weights()),
                CheckpointWriter.SHARD_BYTES);
        Json.write(
                folder.resolve(Checkpoint.CONFIG),
                named(spelling.config()).with("dtype", TYPES.getOrDefault(origin.type(), "float32")));
        origin.folder().ifPresent(from -> copyCompanions(from, folder));
    }

    /** With what the checkpoint had. */
    private Config named(Config config) {
        Config named = config;
        for (String key : CLASSES) {
            if (config.has(key) && origin.config().has(key)) {
                named = named.with(key, origin.config().child(key));
            }
        }
        for (String key : TOKENS) {
            if (origin.config().has(key)) {
                named = named.with(key, origin.config().child(key));
            }
        }
        boolean startless = origin.blueprint().spec().kind() == ModelSpec.Kind.SEQ2SEQ && !named.has(DECODER_START);
        return startless
                ? named.with(DECODER_START, Defaults.decoderStart(origin.config(), origin.generationConfig())[0])
                : named;
    }

    private static void copyCompanions(Path from, Path to) {
        for (String name : COMPANIONS) {
            Path source = from.resolve(name);
            try {
                Path target = to.resolve(name);
                if (Files.exists(source) && !isSame(source, target)) {
                    Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
                }
            } catch (IOException failure) {
                throw new TenonException("can't copy " + source + " to " + to + ": " + failure, failure);
            }
        }
    }

    private static boolean isSame(Path source, Path target) throws IOException {
        return Files.exists(target) && Files.isSameFile(source, target);
    }
}
