package org.tenon.models.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.InvalidConfig;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;

/**
 * A model's folder as Hugging Face Transformers writes it: {@code config.json}, and {@code model.safetensors} or, where there
 * is none, the shards that {@code model.safetensors.index.json} lists (in this order, as Transformers 5.23,
 * {@code _get_resolved_checkpoint_files}). Tensors in a shard that the index doesn't list are there like any other, as there.
 *
 * <p>Shards lie in the folder itself; they may be symbolic links to anywhere, as in Hugging Face's cache.
 *
 * <p>Thread-safe. Weights are valid until it is closed.
 */
public final class Checkpoint implements AutoCloseable {
    /** The name of the file of a model that isn't sharded. */
    public static final String WEIGHTS = "model.safetensors";

    /** The name of the list of a model's shards. */
    public static final String INDEX = "model.safetensors.index.json";

    /** The name of the file that describes the architecture. */
    public static final String CONFIG = "config.json";

    /** The name of the file with the defaults of generation. */
    public static final String GENERATION_CONFIG = "generation_config.json";

    private final Path folder;
    private final List<Safetensors> shards;
    private final Map<String, Safetensors> owners;
    private final Map<String, StoredTensor> tensors;

    private Checkpoint(Path folder, List<Safetensors> shards, Map<String, Safetensors> owners) {
        this.folder = folder;
        this.shards = List.copyOf(shards);
        this.owners = owners;
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        shards.forEach(shard -> all.putAll(shard.tensors()));
        this.tensors = Collections.unmodifiableMap(all);
    }

    /**
     * Opens a folder and maps its weights into memory.
     *
     * @param folder the model's folder
     * @return the open checkpoint
     * @throws InvalidCheckpoint when there is no such folder, when it holds no safetensors, or when a file in it is wrong
     * @throws InvalidConfig when the index isn't what it should be
     */
    public static Checkpoint open(Path folder) {
        return open(folder, Access.MAPPED);
    }

    /**
     * Opens a folder.
     *
     * @param folder the model's folder
     * @param access how weights are to be reached
     * @return the open checkpoint
     * @throws InvalidCheckpoint when there is no such folder, when it holds no safetensors, or when a file in it is wrong
     * @throws InvalidConfig when the index isn't what it should be
     */
    public static Checkpoint open(Path folder, Access access) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidCheckpoint(
                    folder,
                    Files.exists(folder)
                            ? "is a file; give the folder that holds " + CONFIG + " and " + WEIGHTS
                            : "doesn't exist; give a model's folder");
        }
        if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
            return open(folder, List.of(folder.resolve(WEIGHTS)), Optional.empty(), access);
        }
        if (Files.isRegularFile(folder.resolve(INDEX))) {
            ShardIndex index = ShardIndex.read(folder.resolve(INDEX));
            return open(folder, index.shards(), Optional.of(index), access);
        }
        throw new InvalidCheckpoint(folder, withoutWeights(folder));
    }

    private static Checkpoint open(Path folder, List<Path> files, Optional<ShardIndex> index, Access access) {
        List<Safetensors> shards = new ArrayList<>();
        boolean done = false;
        try {
            Map<String, Safetensors> owners = new LinkedHashMap<>();
            for (Path file : files) {
                Safetensors shard = Safetensors.open(file, access);
                shards.add(shard);
                for (String name : shard.tensors().keySet()) {
                    Safetensors other = owners.put(name, shard);
                    if (other != null) {
                        throw new InvalidCheckpoint(
                                file, name, "is in " + other.file().getFileName() + " as well; download both again");
                    }
                }
            }
            index.ifPresent(listed -> listed.check(owners));
            Checkpoint opened = new Checkpoint(folder, shards, Collections.unmodifiableMap(owners));
            done = true;
            return opened;
        } finally {
            if (!done) {
                shards.forEach(Safetensors::close);
            }
        }
    }

    /** What to say of a folder without safetensors: which other format it holds, and what can be done. */
    private static String withoutWeights(Path folder) {
        String wanted = "has neither " + WEIGHTS + " nor " + INDEX;
        if (holds(folder, "*.gguf")) {
            return wanted + ", but a .gguf file: give that file, or a folder with the same model in safetensors";
        }
        if (holds(folder, "{pytorch_model*.bin,*.pth,*.pt}")) {
            return wanted
                    + ", but weights pickled by PyTorch, which can't be read safely: convert them with Transformers "
                    + "(AutoModel.from_pretrained(folder).save_pretrained(folder))";
        }
        if (holds(folder, "*.safetensors")) {
            return wanted + ", but safetensors of other names: rename the file, or download the index";
        }
        return wanted + "; download the whole folder";
    }

    private static boolean holds(Path folder, String pattern) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            return files.iterator().hasNext();
        } catch (IOException failure) {
            throw new InvalidCheckpoint(folder, "can't be listed: " + failure, failure);
        }
    }

    /** {@return the folder} */
    public Path folder() {
        return folder;
    }

    /**
     * Reads {@code config.json}.
     *
     * @return what it says
     * @throws InvalidConfig when it is missing or isn't JSON
     */
    public Config config() {
        return Json.read(folder.resolve(CONFIG));
    }

    /**
     * Reads {@code generation_config.json}.
     *
     * @return what it says; nothing when there is no such file
     * @throws InvalidConfig when it isn't JSON
     */
    public Optional<Config> generationConfig() {
        Path file = folder.resolve(GENERATION_CONFIG);
        return Files.exists(file) ? Optional.of(Json.read(file)) : Optional.empty();
    }

    /** {@return all tensors by name, shard by shard, in the order of the bytes} */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** {@return the texts that the writer left in the file, or in the first shard} */
    public Map<String, String> metadata() {
        return shards.isEmpty() ? Map.of() : shards.getFirst().metadata();
    }

    /**
     * A tensor as a weight. A scalar has the shape {@code [1]}.
     *
     * @param name its name
     * @return the weight, which reads from its file
     * @throws InvalidCheckpoint when there is none of that name, when it has more than 4 dimensions, or is of a type that
     *     Tenon can list but not read
     */
    public WeightSource tensor(String name) {
        Safetensors owner = owners.get(name);
        if (owner == null) {
            throw new InvalidCheckpoint(
                    folder, name, "isn't there; the checkpoint has " + owners.size() + " tensors of other names");
        }
        return owner.tensor(name);
    }

    /** Closes all files; weights can't be read any more. Idempotent. */
    @Override
    public void close() {
        shards.forEach(Safetensors::close);
    }

    @Override
    public String toString() {
        return folder + ": " + tensors.size() + " tensors in " + shards.size()
                + (shards.size() == 1 ? " file" : " files");
    }
}
