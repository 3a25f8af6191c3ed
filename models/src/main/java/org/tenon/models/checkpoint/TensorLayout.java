package org.tenon.models.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.Shape;

/**
 * How parameters lie in a tensor of a checkpoint: one as it is, several one after another or so in each matrix of a bundle, and a matrix
 * perhaps with rows and columns swapped. Immutable and thread-safe.
 *
 * @param paths the parameters' paths in order
 * @param shapes their shapes, by path
 * @param each whether the parameters are bundles of matrices that lie one below the other in each matrix of the tensor
 * @param transposed whether rows and columns are swapped in the tensor
 */
public record TensorLayout(List<String> paths, Map<String, Shape> shapes, boolean each, boolean transposed) {
    /**
     * Copies the collections.
     *
     * @param paths the parameters' paths in order
     * @param shapes their shapes, by path
     * @param each whether the parameters lie one below the other in each matrix of the tensor
     * @param transposed whether rows and columns are swapped in the tensor
     */
    public TensorLayout {
        paths = List.copyOf(paths);
        shapes = Map.copyOf(shapes);
    }

    /**
     * The layout of a tensor.
     *
     * @param name its name in the checkpoint
     * @param names the names, both ways
     * @param shape the shape of each parameter, by path
     * @return the layout
     */
    public static TensorLayout of(String name, ParameterNames names, Function<String, Shape> shape) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        List<String> paths = names.paths(name);
        paths.forEach(path -> shapes.put(path, shape.apply(path)));
        return new TensorLayout(paths, shapes, names.isJoinedEach(name), names.isTransposed(name));
    }

    /** {@return the shape that the tensor has in the checkpoint} */
    public Shape shape() {
        Shape joined = joined();
        return transposed ? TransposedSource.swapped(joined) : joined;
    }

    private Shape joined() {
        Shape first = shape(paths.getFirst());
        long[] sizes = IntStream.range(0, first.rank()).mapToLong(first::size).toArray();
        int joined = each ? 1 : 0;
        sizes[joined] =
                paths.stream().mapToLong(path -> shape(path).size(joined)).sum();
        return Shape.of(sizes);
    }

    private Shape shape(String path) {
        Shape shape = shapes.get(path);
        if (shape == null) {
            throw new IllegalArgumentException("no parameter " + path + " in this tensor, but " + paths);
        }
        return shape;
    }

    /**
     * A parameter out of the tensor.
     *
     * @param path the parameter's path
     * @param tensor the tensor, of this layout's {@link #shape}
     * @return the parameter
     */
    public WeightSource parameter(String path, WeightSource tensor) {
        WeightSource upright = transposed ? new TransposedSource(tensor) : tensor;
        if (paths.size() == 1) {
            return upright;
        }
        int joined = each ? 1 : 0;
        long first = paths.subList(0, paths.indexOf(path)).stream()
                .mapToLong(before -> shape(before).size(joined))
                .sum();
        if (each) {
            return new EachPartSource(upright, first, shape(path));
        }
        return new PartSource(upright, first, shape(path));
    }

    /**
     * All parameters as the tensors of a checkpoint.
     *
     * @param paths the parameters' paths
     * @param names the names, both ways
     * @param weights the parameters, by path
     * @return the tensors by their names, in the order of the parameters
     */
    public static Map<String, WeightSource> tensors(
            Iterable<String> paths, ParameterNames names, Function<String, WeightSource> weights) {
        Map<String, WeightSource> tensors = new LinkedHashMap<>();
        for (String path : paths) {
            Shape shape = weights.apply(path).shape();
            List<String> matrices =
                    names.bundles(path, shape.size(0)).stream().findFirst().orElse(List.of());
            for (int i = 0; i < matrices.size(); i++) {
                tensors.put(matrices.get(i), matrix(weights.apply(path), i));
            }
            if (!matrices.isEmpty()) {
                continue;
            }
            String name = names.checkpoint(path)
                    .orElseThrow(() -> new IllegalStateException("the family has no name for " + path));
            tensors.computeIfAbsent(
                    name,
                    tensor -> of(tensor, names, each -> weights.apply(each).shape())
                            .tensor(tensor, weights));
        }
        return tensors;
    }

    /**
     * A bundle whose matrices have a tensor each.
     *
     * @param path the parameter's path
     * @param matrices the tensors in order, at least one
     * @return the parameter
     */
    public static WeightSource bundle(String path, List<WeightSource> matrices) {
        Shape matrix = matrices.getFirst().shape();
        return new StackedSource(path, matrices, Shape.of(matrices.size(), matrix.size(0), matrix.size(1)));
    }

    private static WeightSource matrix(WeightSource bundle, int index) {
        Shape shape = bundle.shape();
        return new PartSource(bundle, index * shape.size(1), Shape.of(shape.size(1), shape.size(2)));
    }

    private WeightSource tensor(String name, Function<String, WeightSource> weights) {
        if (each) {
            throw new IllegalStateException(name + " holds several bundles, which are written matrix by matrix");
        }
        WeightSource upright = paths.size() == 1
                ? weights.apply(paths.getFirst())
                : new StackedSource(name, paths.stream().map(weights).toList(), joined());
        return transposed ? new TransposedSource(upright) : upright;
    }
}
