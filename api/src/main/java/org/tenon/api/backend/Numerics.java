package org.tenon.api.backend;

import java.util.Objects;
import org.tenon.api.tensor.DType;

/**
 * The precision that a model asks of a backend, which accepts it or refuses. Accumulation is F32 or better in any case.
 * New parts get a default and a wither.
 */
public final class Numerics {
    /** Activations and residual stream in F32. */
    public static final Numerics F32 = new Numerics(DType.F32, DType.F32);

    private final DType activations;
    private final DType residual;

    private Numerics(DType activations, DType residual) {
        this.activations = Objects.requireNonNull(activations);
        this.residual = Objects.requireNonNull(residual);
    }

    /**
     * Activations of a type, the residual stream in F32.
     *
     * @param type F32, BF16 or F16
     * @return the precision
     */
    public static Numerics of(DType type) {
        return new Numerics(type, DType.F32);
    }

    /** {@return the type of activations, and of keys and values in a cache} */
    public DType activations() {
        return activations;
    }

    /** {@return the type of the residual stream that the blocks of a model add to} */
    public DType residual() {
        return residual;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Numerics numerics
                && numerics.activations.equals(activations)
                && numerics.residual.equals(residual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(activations, residual);
    }

    @Override
    public String toString() {
        return "activations " + activations + ", residual " + residual;
    }
}
