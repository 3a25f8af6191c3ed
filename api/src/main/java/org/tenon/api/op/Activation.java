package org.tenon.api.op;

import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * The nonlinearity of a feed-forward layer, by name. The set is open: a plugin makes one by giving its meaning and how it is
 * made of primitives. Equal names are equal functions.
 *
 * <p>Immutable and thread-safe.
 */
public final class Activation {
    /** {@code x * sigmoid(x)} (Elfwing et al. 2017). */
    public static final Activation SILU = new Activation(
            "silu", x -> x / (1 + Math.exp(-x)), (ops, x) -> ops.multiply(x, ops.unary(Unary.SIGMOID, x)));

    /** {@code x/2 * (1 + erf(x / sqrt 2))} (Hendrycks and Gimpel 2016). */
    public static final Activation GELU =
            new Activation("gelu", x -> 0.5 * x * (1 + Erf.of(x / Math.sqrt(2))), Activation::gelu);

    /** GELU's approximation, {@code x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))}. */
    public static final Activation GELU_TANH = new Activation(
            "gelu_tanh",
            x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
            Activation::geluTanh);

    /** {@code max(x, 0)}. */
    public static final Activation RELU = new Activation("relu", x -> Math.max(x, 0), Activation::relu);

    /** {@code max(x, 0)^2} (So et al. 2021). */
    public static final Activation RELU_SQUARED =
            new Activation("relu_squared", x -> Math.max(x, 0) * Math.max(x, 0), (ops, x) -> {
                Tensor positive = relu(ops, x);
                return ops.multiply(positive, positive);
            });

    /** {@code tanh(x)}. */
    public static final Activation TANH = new Activation("tanh", Math::tanh, (ops, x) -> ops.unary(Unary.TANH, x));

    private final String name;
    private final DoubleUnaryOperator meaning;
    private final BiFunction<Ops, Tensor, Tensor> lowering;

    /**
     * Defines an activation.
     *
     * @param name its name
     * @param meaning its value, in double precision
     * @param lowering writes it with simpler ops, on F32
     */
    public Activation(String name, DoubleUnaryOperator meaning, BiFunction<Ops, Tensor, Tensor> lowering) {
        this.name = name;
        this.meaning = meaning;
        this.lowering = lowering;
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the value of the function, in double precision} */
    public DoubleUnaryOperator meaning() {
        return meaning;
    }

    /**
     * Writes the function with simpler ops.
     *
     * @param ops writes the program
     * @param x F32, any shape
     * @return F32, the same shape
     */
    public Tensor lower(Ops ops, Tensor x) {
        return lowering.apply(ops, x);
    }

    private static Tensor relu(Ops ops, Tensor x) {
        return ops.binary(Binary.MAX, x, ops.constant(Shape.of(1), 0f));
    }

    private static Tensor geluTanh(Ops ops, Tensor x) {
        Tensor cubic = ops.multiply(ops.multiply(ops.multiply(x, x), x), 0.044715);
        Tensor tanh = ops.unary(Unary.TANH, ops.multiply(ops.add(x, cubic), Math.sqrt(2 / Math.PI)));
        return ops.multiply(ops.multiply(x, 0.5), ops.add(tanh, 1));
    }

    /** With erf by Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. */
    private static Tensor gelu(Ops ops, Tensor x) {
        Tensor z = ops.multiply(x, Math.sqrt(0.5));
        Tensor magnitude = ops.binary(Binary.MAX, z, ops.multiply(z, -1));
        Tensor t = ops.divide(ops.constant(Shape.of(1), 1f), ops.add(ops.multiply(magnitude, 0.3275911), 1));
        Tensor polynomial = ops.multiply(t, 1.061405429);
        for (double coefficient : new double[] {-1.453152027, 1.421413741, -0.284496736, 0.254829592}) {
            polynomial = ops.multiply(ops.add(polynomial, coefficient), t);
        }
        Tensor decay = ops.unary(Unary.EXP, ops.multiply(ops.multiply(z, z), -1));
        Tensor rest = ops.multiply(polynomial, decay); // 1 - erf(|z|)
        Tensor negative = ops.binary(Binary.LESS, z, ops.constant(Shape.of(1), 0f));
        Tensor onePlusErf = ops.select(negative, rest, ops.add(ops.multiply(rest, -1), 2));
        return ops.multiply(ops.multiply(x, 0.5), onePlusErf);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Activation activation && activation.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
