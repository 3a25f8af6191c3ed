package org.tenon.layers.position;

import java.util.Optional;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.Step;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/** The biases of all distances: gathered from the numbers at load, for neither depends on a step, or taken from an earlier layer. */
public final class RelativeBiasTable {
    /** The parameter's name. */
    static final String WEIGHT = "relativeBias.weight";

    private final Optional<Tensor> weight; // [buckets, heads]
    private final int[] buckets; // [2 * farthest + 1]

    private RelativeBiasTable(Optional<Tensor> weight, int[] buckets) {
        this.weight = weight;
        this.buckets = buckets;
    }

    /**
     * The biases of a layer.
     *
     * @param bias what they are
     * @param bidirectional whether queries see the keys after them
     * @param context gives the numbers
     * @return the table
     */
    public static RelativeBiasTable of(RelativeBias bias, boolean bidirectional, LayerContext context) {
        int[] buckets = new int[2 * bias.farthest() + 1];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = bias.bucket(i - bias.farthest(), bidirectional);
        }
        return new RelativeBiasTable(bias.own() ? Optional.of(context.parameter(WEIGHT)) : Optional.empty(), buckets);
    }

    /**
     * The biases in a step; the layer that has the numbers gives them to those behind it.
     *
     * @param step the step
     * @return F32 {@code [2 * farthest + 1, heads]}
     */
    public Tensor in(Step step) {
        if (weight.isEmpty()) {
            return step.read(RelativeBias.BIASES);
        }
        Tensor index = step.ops().constant(Shape.of(buckets.length), buckets);
        Tensor biases = step.ops().gather(weight.get(), index);
        step.write(RelativeBias.BIASES, biases);
        return biases;
    }
}
