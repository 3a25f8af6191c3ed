package org.tenon.layers.statespace;

import org.tenon.api.layer.Initialiser;
import org.tenon.api.op.Ops;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Tensor;

/** The rates at which states decay, and the sizes of steps, as they begin and as the scans take them. */
final class Rates {
    /** The range of step sizes in which layers begin (Gu and Dao 2023). */
    private static final double LEAST_STEP = 0.001;

    private static final double MOST_STEP = 0.1;

    private Rates() {}

    /** Logarithms of 1 to {@code count}, again and again. */
    static Initialiser logarithms(int count) {
        return (seed, element) -> (float) StrictMath.log(1.0 + element % count);
    }

    /** Biases whose softplus lies between the usual step sizes, evenly by their logarithms. */
    static Initialiser steps() {
        Initialiser logarithm = Initialiser.uniform(StrictMath.log(LEAST_STEP), StrictMath.log(MOST_STEP));
        return (seed, element) -> {
            double step = StrictMath.exp(logarithm.value(seed, element));
            return (float) (step + StrictMath.log(-StrictMath.expm1(-step))); // the inverse of the softplus
        };
    }

    /** As PyTorch initialises a linear layer of so many inputs (He et al. 2015). */
    static Initialiser linear(int in) {
        double limit = 1 / Math.sqrt(in);
        return Initialiser.uniform(-limit, limit);
    }

    /** {@code a = -exp(decay)}: done once, at load. */
    static Tensor negative(Ops ops, Tensor decay) {
        return ops.multiply(ops.unary(Unary.EXP, decay), -1.0);
    }
}
