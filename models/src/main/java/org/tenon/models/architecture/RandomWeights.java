package org.tenon.models.architecture;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.models.assembly.Blueprint;

/**
 * The weights that an architecture begins with, by path, computed as they are read. An element depends on the seed, the parameter's path
 * and its index alone, so that any panel can be read in any order, on any machine, and is the same. Immutable and thread-safe.
 */
public final class RandomWeights implements Function<String, WeightSource> {
    /** Elements computed at once; a multiple of every block. */
    private static final int CHUNK = 8192;

    private final Blueprint blueprint;
    private final long seed;
    private final DType type;

    /**
     * The weights of an architecture.
     *
     * @param blueprint the architecture
     * @param seed decides on all of them
     * @param type the type that they are rounded to: F32, BF16 or F16
     */
    public RandomWeights(Blueprint blueprint, long seed, DType type) {
        this.blueprint = blueprint;
        this.seed = seed;
        this.type = type;
    }

    /**
     * A parameter's weights.
     *
     * @param path its path
     * @return its weights
     * @throws IllegalArgumentException when the architecture has no such parameter
     */
    @Override
    public WeightSource apply(String path) {
        Declaration.Parameter parameter = blueprint.parameters().get(path);
        if (parameter == null) {
            throw new IllegalArgumentException("the architecture has no parameter " + path);
        }
        return new Source(path, type, parameter.shape(), parameter.initialiser(), seed(path));
    }

    /** FNV-1a of the path, begun with the seed. */
    private long seed(String path) {
        long hash = 0xcbf29ce484222325L ^ (seed * 0x9E3779B97F4A7C15L);
        for (int i = 0; i < path.length(); i++) {
            hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private record Source(String name, DType type, Shape shape, Initialiser initialiser, long seed)
            implements WeightSource {
        @Override
        public void read(long row, long rows, MemorySegment target) {
            long first = row * shape.width();
            long count = rows * shape.width();
            float[] values = new float[(int) Math.min(CHUNK, count)];
            for (long done = 0; done < count; done += values.length) {
                int chunk = (int) Math.min(values.length, count - done);
                for (int i = 0; i < chunk; i++) {
                    values[i] = initialiser.value(seed, first + done + i);
                }
                type.codec().encode(values, 0, chunk, target, done);
            }
        }
    }
}
