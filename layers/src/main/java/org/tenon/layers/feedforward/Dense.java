package org.tenon.layers.feedforward;

import java.util.Optional;
import java.util.OptionalInt;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.op.Activation;

/**
 * A product with a matrix, and perhaps a function of it: {@code f(x W^T + b)}, in F32. Parameters {@code weight} {@code [width, hidden]} and
 * {@code bias} {@code [width]}.
 *
 * @param width columns of the output; as many as of the input where nothing is said
 * @param activation the function {@code f}; nothing for none
 * @param weightFrom the path of a parameter that another layer declares, to be used as the matrix; nothing for one of its own
 * @param biasFrom the same for the bias
 */
public record Dense(
        OptionalInt width, Optional<Activation> activation, Optional<String> weightFrom, Optional<String> biasFrom)
        implements LayerSpec {
    /** {@return a layer as wide as its input, without a function} */
    public static Dense square() {
        return new Dense(OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * A layer without a function.
     *
     * @param width columns of the output
     * @return the layer
     */
    public static Dense of(int width) {
        return new Dense(OptionalInt.of(width), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Sets the function.
     *
     * @param function the function
     * @return the changed layer
     */
    public Dense activation(Activation function) {
        return new Dense(width, Optional.of(function), weightFrom, biasFrom);
    }

    /**
     * Shares a matrix, as a head does that is tied to the embedding (Press and Wolf 2017).
     *
     * @param path where it is declared, {@code embedding.weight}
     * @return the changed layer
     */
    public Dense weightFrom(String path) {
        return new Dense(width, activation, Optional.of(path), biasFrom);
    }

    /**
     * Shares a bias.
     *
     * @param path where it is declared
     * @return the changed layer
     */
    public Dense biasFrom(String path) {
        return new Dense(width, activation, weightFrom, Optional.of(path));
    }
}
