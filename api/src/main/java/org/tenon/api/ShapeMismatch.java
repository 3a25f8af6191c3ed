package org.tenon.api;

/** An op was given an operand whose type or shape doesn't fit; the message names the op, the operand and both shapes. */
public final class ShapeMismatch extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * A mismatch.
     *
     * @param op the op
     * @param operand the operand's name in the op's signature
     * @param expected what the op takes there
     * @param found what it was given
     */
    public ShapeMismatch(Object op, String operand, String expected, Object found) {
        super(op + ": operand " + operand + " must be " + expected + ", but is " + found);
    }

    /**
     * Throws unless a condition holds.
     *
     * @param holds the condition
     * @param op the op
     * @param operand the operand's name in the op's signature
     * @param expected what the op takes there
     * @param found what it was given
     * @throws ShapeMismatch when the condition doesn't hold
     */
    public static void unless(boolean holds, Object op, String operand, String expected, Object found) {
        if (!holds) {
            throw new ShapeMismatch(op, operand, expected, found);
        }
    }
}
