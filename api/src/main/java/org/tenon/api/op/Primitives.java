package org.tenon.api.op;

import java.util.List;

/** The published list of primitives: the whole of what a backend must have, in F32 and I32. */
public final class Primitives {
    /** Every primitive. A backend with a kernel for each, in F32 and I32, runs every model. */
    public static final List<Class<? extends Primitive<?, ?>>> ALL = List.of(
            Fill.class,
            Iota.class,
            Convert.class,
            Unary.class,
            Binary.class,
            Select.class,
            Reduce.class,
            MatMul.class,
            Gather.class,
            Scatter.class);

    private Primitives() {}
}
