package org.tenon.api.model;

/**
 * How a sequence becomes one vector.
 *
 * @param kind what is made of the last hidden states
 * @param normalised whether the vector is divided by its length, so that a dot product is a cosine; zeros stay zeros
 */
public record Pooling(Kind kind, boolean normalised) {
    /** The mean over all tokens, those that stand around the text among them. */
    public static final Pooling MEAN = new Pooling(Kind.MEAN, false);

    /** The first token: {@code [CLS]}. */
    public static final Pooling FIRST = new Pooling(Kind.FIRST, false);

    /** The last token. */
    public static final Pooling LAST = new Pooling(Kind.LAST, false);

    /** What the model's {@link ModelSpec#POOLER} makes of the first token. */
    public static final Pooling POOLER = new Pooling(Kind.POOLER, false);

    /** What is made of the last hidden states. */
    public enum Kind {
        /** The mean over all tokens. */
        MEAN,
        /** The first token. */
        FIRST,
        /** The last token. */
        LAST,
        /** The model's head {@link ModelSpec#POOLER}. */
        POOLER
    }

    /** {@return the same, divided by the vector's length} */
    public Pooling unit() {
        return new Pooling(kind, true);
    }
}
