package org.tenon.api.tensor;

/** One dimension: a fixed size, or a multiple of what a step counts. */
public sealed interface Dim {
    /**
     * The size in a given step.
     *
     * @param step what the step counts
     * @return the number of elements along this dimension
     */
    long size(StepShape step);

    /**
     * This many of the dimension.
     *
     * @param factor how many, at least one
     * @return the dimension {@code factor * this}
     */
    Dim times(long factor);

    /**
     * A size known when the program is written.
     *
     * @param size zero or more
     */
    record Fixed(long size) implements Dim {
        /**
         * Checks the size.
         *
         * @param size zero or more
         */
        public Fixed {
            if (size < 0) {
                throw new IllegalArgumentException("a dimension can't be negative: " + size);
            }
        }

        @Override
        public long size(StepShape step) {
            return size;
        }

        @Override
        public Dim times(long factor) {
            return new Fixed(Math.multiplyExact(size, factor));
        }

        @Override
        public String toString() {
            return Long.toString(size);
        }
    }

    /**
     * A size that each step counts.
     *
     * @param extent what is counted
     * @param factor how often it counts; at least one
     */
    record Counted(Extent extent, long factor) implements Dim {
        /**
         * Checks the factor.
         *
         * @param extent what is counted
         * @param factor how often it counts
         */
        public Counted {
            if (factor < 1) {
                throw new IllegalArgumentException("a counted dimension needs a factor of at least 1, got " + factor);
            }
        }

        @Override
        public long size(StepShape step) {
            return step.size(extent) * factor;
        }

        @Override
        public Dim times(long times) {
            return new Counted(extent, Math.multiplyExact(factor, times));
        }

        @Override
        public String toString() {
            return factor == 1 ? extent.name() : factor + "*" + extent.name();
        }
    }

    /**
     * A fixed dimension.
     *
     * @param size zero or more
     * @return the dimension
     */
    static Dim of(long size) {
        return new Fixed(size);
    }
}
