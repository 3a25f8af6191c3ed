package org.tenon.api.backend;

import java.util.Objects;
import org.tenon.api.tensor.DType;

/**
 * The precision and the reproducibility that a model asks of a backend, which accepts them or refuses. Accumulation is F32 or better in any case.
 * New parts get a default and a wither.
 */
public final class Numerics {
    /** Activations and residual stream in F32. */
    public static final Numerics F32 = new Numerics(DType.F32, DType.F32, Reproducibility.NONE);

    private final DType activations;
    private final DType residual;
    private final Reproducibility reproducibility;

    private Numerics(DType activations, DType residual, Reproducibility reproducibility) {
        this.activations = Objects.requireNonNull(activations);
        this.residual = Objects.requireNonNull(residual);
        this.reproducibility = Objects.requireNonNull(reproducibility);
    }

    /**
     * Activations of a type, the residual stream in F32.
     *
     * @param type F32, BF16 or F16
     * @return the precision
     */
    public static Numerics of(DType type) {
        return new Numerics(type, DType.F32, Reproducibility.NONE);
    }

    /** {@return the type of activations, and of keys and values in a cache} */
    public DType activations() {
        return activations;
    }

    /** {@return the type of the residual stream that the blocks of a model add to} */
    public DType residual() {
        return residual;
    }

    /**
     * Asks for reproducible results; nothing is asked for unless this is called.
     *
     * @param level what equal inputs must promise
     * @return the numerics with it
     */
    public Numerics reproducibility(Reproducibility level) {
        return new Numerics(activations, residual, level);
    }

    /** {@return what equal inputs promise of the bits of results} */
    public Reproducibility reproducibility() {
        return reproducibility;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Numerics numerics
                && numerics.activations.equals(activations)
                && numerics.residual.equals(residual)
                && numerics.reproducibility == reproducibility;
    }

    @Override
    public int hashCode() {
        return Objects.hash(activations, residual, reproducibility);
    }

    @Override
    public String toString() {
        String precision = "activations " + activations + ", residual " + residual;
        return reproducibility == Reproducibility.NONE ? precision : precision + ", " + reproducibility;
    }
}
