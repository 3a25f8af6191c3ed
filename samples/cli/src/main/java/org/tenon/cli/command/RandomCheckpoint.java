package org.tenon.cli.command;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.Format;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.cli.console.ProgressBar;
import org.tenon.models.architecture.RandomWeights;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.CheckpointWriter;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.checkpoint.TensorLayout;
import org.tenon.models.loading.Families;
import org.tenon.models.plugin.Plugins;

/**
 * A checkpoint that is computed as it is written.
 *
 * @param config its configuration
 * @param blueprint its architecture
 * @param names how the weights are called
 * @param type what they are stored in
 */
record RandomCheckpoint(Config config, Blueprint blueprint, ParameterNames names, DType type) {
    /** What a shard holds, so that no file is too large to be copied about. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    private static final Map<DType, String> NAMES =
            Map.of(DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16");

    static RandomCheckpoint of(Config config, DType type) {
        ModelFamily family = new Families(Plugins.of(List.of(), ServiceLoader.load(ModelFamily.class))).of(config);
        Config stored = config.with("dtype", NAMES.getOrDefault(type, type.name()));
        return new RandomCheckpoint(
                config.keys().contains("torch_dtype")
                        ? stored.with("torch_dtype", NAMES.getOrDefault(type, type.name()))
                        : stored,
                Blueprint.of(family.spec(config), LayerProviders.found()),
                family.names(config, Format.HUGGING_FACE),
                type);
    }

    /** The bytes of all weights. */
    long bytes() {
        return type.bytes(blueprint.parameterCount());
    }

    /** Writes the folder. */
    void write(Path folder, long seed, ProgressBar bar) {
        RandomWeights weights = new RandomWeights(blueprint, seed, type);
        AtomicLong done = new AtomicLong();
        Map<String, WeightSource> tensors = TensorLayout.tensors(
                blueprint.parameters().keySet(),
                names,
                path -> new Counted(weights.apply(path), read -> bar.at(done.addAndGet(read), bytes())));
        CheckpointWriter.write(folder, tensors, SHARD_BYTES);
        Json.write(folder.resolve(Checkpoint.CONFIG), config);
    }

    private interface Count {
        void read(long bytes);
    }

    /** A weight that tells how many bytes were read. */
    private record Counted(WeightSource source, Count count) implements WeightSource {
        @Override
        public String name() {
            return source.name();
        }

        @Override
        public DType type() {
            return source.type();
        }

        @Override
        public Shape shape() {
            return source.shape();
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            source.read(row, rows, target);
            count.read(rows * rowBytes());
        }
    }
}
