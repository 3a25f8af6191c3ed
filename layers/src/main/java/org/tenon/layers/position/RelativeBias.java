package org.tenon.layers.position;

import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Signal;
import org.tenon.api.tensor.Shape;

/**
 * A bias that scores of attention get by the distance of key and query (Raffel et al. 2020): near distances have a number each, farther ones share
 * one with ever more others. All layers of a stack share the first one's.
 *
 * @param buckets how many numbers a head has
 * @param farthest the distance from which on all have the last number
 * @param own whether the layer has the numbers, and gives them to those behind it; else it takes them
 */
public record RelativeBias(int buckets, int farthest, boolean own) {
    /** The biases of all distances, F32 {@code [2 * farthest + 1, heads]}: that of key - query in row key - query + farthest. */
    public static final Signal BIASES = new Signal("tenon/relative-bias");

    private static final int MOST_BUCKETS = 1 << 16;
    private static final int MOST_FARTHEST = 1 << 20;

    /**
     * The bias of a stack's first layer.
     *
     * @param buckets how many numbers a head has
     * @param farthest the distance from which on all have the last number
     * @return the bias
     */
    public static RelativeBias of(int buckets, int farthest) {
        return new RelativeBias(buckets, farthest, true);
    }

    /**
     * The bias of a layer of a stack: the first has the numbers, the others take them.
     *
     * @param layer the layer's number in its stack
     * @return the bias
     */
    public RelativeBias inLayer(int layer) {
        return layer == 0 ? this : taken();
    }

    /** {@return the same bias, taken from the layer that has it} */
    public RelativeBias taken() {
        return new RelativeBias(buckets, farthest, false);
    }

    /**
     * Notes what is wrong.
     *
     * @param check gathers faults
     */
    public void check(InvalidLayer.Check check) {
        check.that(
                        buckets >= 4 && buckets <= MOST_BUCKETS && buckets % 2 == 0,
                        "relativeBias.buckets",
                        buckets + " is not an even number between 4 and " + MOST_BUCKETS)
                .that(
                        farthest > buckets / 2 && farthest <= MOST_FARTHEST,
                        "relativeBias.farthest",
                        farthest + " is not above half of the buckets, " + buckets / 2 + ", and up to "
                                + MOST_FARTHEST);
    }

    /**
     * Declares the numbers, or that they are taken.
     *
     * @param declaration the layer's
     * @param heads heads of queries
     */
    public void declare(Declaration declaration, int heads) {
        if (own) {
            declaration
                    .parameter(RelativeBiasTable.WEIGHT, Shape.of(buckets, heads), Initialiser.normal(0.02))
                    .writes(BIASES);
        } else {
            declaration.reads(BIASES);
        }
    }

    /**
     * The number of a distance.
     *
     * @param distance key - query
     * @param bidirectional whether queries see the keys after them: half of the numbers are for those
     * @return from 0 to {@code buckets - 1}
     */
    public int bucket(int distance, boolean bidirectional) {
        int count = bidirectional ? buckets / 2 : buckets;
        int start = bidirectional && distance > 0 ? count : 0;
        int away = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
        int exact = count / 2;
        if (away < exact) {
            return start + away;
        }
        // in F32, as the reference computes it: the steps lie where its rounding puts them
        float part = (float) Math.log((float) away / exact) / (float) Math.log((double) farthest / exact);
        return start + Math.min(count - 1, exact + (int) (part * (count - exact)));
    }

    /** {@return the bias as a plain tree} */
    public Config write() {
        return Config.object()
                .with("buckets", buckets)
                .with("farthest", farthest)
                .with("own", own);
    }

    /**
     * Reads a plain tree.
     *
     * @param tree the tree
     * @return the bias
     */
    public static RelativeBias read(Config tree) {
        return new RelativeBias(tree.positive("buckets"), tree.positive("farthest"), tree.flag("own"));
    }
}
