package org.tenon.api.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/**
 * The only way in which a layer multiplies by a weight matrix: {@code y = x W^T + b}, in named segments whose outputs stand side by
 * side. Confined to the thread that writes the program.
 */
public final class Projection {
    private final Map<String, Tensor> weights;
    private final Optional<Tensor> bias;

    /**
     * A projection of segments.
     *
     * @param weights the segments' weights, {@code [out, in]}, by name and in the order of the outputs
     * @param bias F32 {@code [sum of out]}, or nothing
     */
    public Projection(Map<String, Tensor> weights, Optional<Tensor> bias) {
        this.weights = new LinkedHashMap<>(weights);
        this.bias = bias;
    }

    /**
     * Writes the product, in the activations' type.
     *
     * @param ops writes the program
     * @param x {@code [rows, in]}
     * @return {@code [rows, sum of out]}
     */
    public Tensor apply(Ops ops, Tensor x) {
        return apply(ops, x, ops.activations());
    }

    /**
     * Writes the product.
     *
     * @param ops writes the program
     * @param x {@code [rows, in]}
     * @param type the output's type
     * @return {@code [rows, sum of out]}
     */
    public Tensor apply(Ops ops, Tensor x, DType type) {
        return ops.one(new Linear(type), new Linear.In<>(x, List.copyOf(weights.values()), bias));
    }

    /**
     * The outputs of one segment.
     *
     * @param y what {@link #apply} gave
     * @param segment the segment's name
     * @return a view {@code [rows, out]}
     */
    public Tensor segment(Tensor y, String segment) {
        long column = 0;
        for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
            long end = column + weight.getValue().shape().size(0);
            if (weight.getKey().equals(segment)) {
                return y.columns(column, end);
            }
            column = end;
        }
        throw new IllegalArgumentException("the projection has segments " + weights.keySet() + ", not " + segment);
    }
}
