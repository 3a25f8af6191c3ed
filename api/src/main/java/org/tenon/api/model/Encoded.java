package org.tenon.api.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What an encoder makes of a sequence. The arrays are the caller's; not thread-safe once they are changed. */
public final class Encoded {
    private final float[][] hidden;
    private final Map<String, float[][]> heads;

    /**
     * What came of a sequence.
     *
     * @param hidden the last hidden states, {@code [n, hidden]}, of one token at least
     * @param heads the outputs of the heads that were wanted, {@code [rows, width]} each
     */
    public Encoded(float[][] hidden, Map<String, float[][]> heads) {
        if (hidden.length == 0) {
            throw new IllegalArgumentException("a sequence has at least one token");
        }
        this.hidden = hidden;
        this.heads = new LinkedHashMap<>(heads);
    }

    /** {@return how many tokens the sequence has} */
    public int length() {
        return hidden.length;
    }

    /** {@return the last hidden states, [n, hidden]} */
    public float[][] hidden() {
        return hidden;
    }

    /** {@return the names of the heads that were wanted} */
    public Set<String> heads() {
        return Set.copyOf(heads.keySet());
    }

    /**
     * The outputs of a head.
     *
     * @param name the head's name; it was wanted
     * @return {@code [n, width]}, a row for each token; of a head for the first token, such as a pooler or a classifier, {@code [1, width]}
     * @throws InvalidRequest when the head wasn't wanted
     */
    public float[][] head(String name) {
        float[][] rows = heads.get(name);
        if (rows == null) {
            throw new InvalidRequest(
                    "the head must be one of those that encode was asked for, " + heads.keySet() + ", but is " + name);
        }
        return rows;
    }

    /**
     * The sequence as one vector.
     *
     * @param pooling how; {@link Pooling.Kind#POOLER} needs that head to have been wanted
     * @return {@code [hidden]}, a new array
     */
    public float[] embedding(Pooling pooling) {
        float[] vector = switch (pooling.kind()) {
            case MEAN -> mean();
            case FIRST -> hidden[0].clone();
            case LAST -> hidden[hidden.length - 1].clone();
            case POOLER -> head(ModelSpec.POOLER)[0].clone();
        };
        if (pooling.normalised()) {
            normalise(vector);
        }
        return vector;
    }

    private float[] mean() {
        double[] sums = new double[hidden[0].length];
        for (float[] row : hidden) {
            for (int d = 0; d < sums.length; d++) {
                sums[d] += row[d];
            }
        }
        float[] mean = new float[sums.length];
        for (int d = 0; d < mean.length; d++) {
            mean[d] = (float) (sums[d] / hidden.length);
        }
        return mean;
    }

    private static void normalise(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        for (int d = 0; length > 0 && d < vector.length; d++) {
            vector[d] = (float) (vector[d] / length);
        }
    }
}
