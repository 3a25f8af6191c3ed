package org.tenon.layers.position;

import org.tenon.api.config.Config;
import org.tenon.api.layer.InvalidLayer;

/**
 * Rotary positions (Su et al. 2021): pair {@code i} of a head's leading columns turns by {@code position * f_i}, with
 * {@code f_i = theta^(-2i / width)} unless a scaling changes it. The angles are F32, as the references compute them.
 *
 * @param theta the base of the frequencies
 * @param fraction how much of a head turns, from its first column on; the rest passes
 * @param interleaved whether a pair is two neighbours (GPT-J) rather than columns half the rotated width apart (GPT-NeoX, Llama)
 * @param scaling how the frequencies are changed for long sequences
 */
public record Rope(double theta, double fraction, boolean interleaved, Scaling scaling) {
    /**
     * Whole heads, halves paired, unscaled.
     *
     * @param theta the base of the frequencies
     * @return the positions
     */
    public static Rope of(double theta) {
        return new Rope(theta, 1, false, new Unscaled());
    }

    /**
     * Turns only a part of a head.
     *
     * @param part how much, more than 0 and at most 1
     * @return the changed positions
     */
    public Rope fraction(double part) {
        return new Rope(theta, part, interleaved, scaling);
    }

    /**
     * Chooses the pairs.
     *
     * @param neighbours whether a pair is two neighbours
     * @return the changed positions
     */
    public Rope interleaved(boolean neighbours) {
        return new Rope(theta, fraction, neighbours, scaling);
    }

    /**
     * Changes the frequencies for long sequences.
     *
     * @param other how
     * @return the changed positions
     */
    public Rope scaling(Scaling other) {
        return new Rope(theta, fraction, interleaved, other);
    }

    /**
     * The pairs that turn.
     *
     * @param headDim columns of a head
     * @param context the longest sequence that the model is made for
     * @return their base
     */
    public RopeBase base(int headDim, int context) {
        return new RopeBase(theta, (int) (headDim * fraction), context);
    }

    /**
     * Checks that the values fit together and fit a head. Faults are told under {@code rope}.
     *
     * @param check gathers faults
     * @param headDim columns of a head
     * @param context the longest sequence that the model is made for
     */
    public void check(InvalidLayer.Check check, int headDim, int context) {
        boolean known = theta > 0 && Double.isFinite(theta) && fraction > 0 && fraction <= 1;
        check.that(theta > 0 && Double.isFinite(theta), "rope.theta", theta + " is not a positive number")
                .that(fraction > 0 && fraction <= 1, "rope.fraction", fraction + " is not more than 0 and at most 1");
        if (!known || headDim < 1) {
            return;
        }
        RopeBase base = base(headDim, context);
        if (base.width() < 2 || base.width() % 2 != 0) {
            check.that(
                    false,
                    "rope",
                    "columns turn in pairs, and " + base.width() + " of a head's " + headDim + " are no pairs");
        } else {
            scaling.check(check, base);
        }
    }

    /** {@return the positions as a plain tree; what is as usual is left out} */
    public Config write() {
        Config tree = Config.object().with("theta", theta);
        tree = fraction == 1 ? tree : tree.with("fraction", fraction);
        tree = interleaved ? tree.with("interleaved", true) : tree;
        return scaling.equals(new Unscaled()) ? tree : tree.with("scaling", ScalingCodec.write(scaling));
    }

    /**
     * Reads the positions from a plain tree.
     *
     * @param tree what {@link #write} wrote
     * @return the positions
     * @throws org.tenon.api.InvalidConfig when a value is missing or wrong
     */
    public static Rope read(Config tree) {
        return new Rope(
                tree.decimal("theta"),
                tree.decimal("fraction", 1),
                tree.flag("interleaved", false),
                tree.optional("scaling").map(ScalingCodec::read).orElseGet(Unscaled::new));
    }
}
