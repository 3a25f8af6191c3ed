package org.tenon.api.op;

import java.util.Set;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Tensor;

/**
 * Which keys a query sees, by their positions in the sequence. The set is open: what a kernel doesn't know is a feature that it
 * doesn't handle, and is opened up with {@link #lower}.
 */
public interface Visibility {
    /** {@return the features that a kernel must handle; none for {@link Causal}} */
    Set<Feature> features();

    /**
     * Whether a query sees a key. Keys beyond the sequence's length are never seen, whatever this answers.
     *
     * @param query the query's position
     * @param key the key's position
     * @return whether it does
     */
    boolean sees(long query, long key);

    /**
     * Writes the same with simpler ops.
     *
     * @param ops writes the program
     * @param query I32, the queries' positions
     * @param key I32, the keys' positions, of a shape that meets the queries'
     * @return I32, not zero where the key is seen
     */
    Tensor lower(Ops ops, Tensor query, Tensor key);

    /** Keys at or before the query. */
    record Causal() implements Visibility {
        @Override
        public Set<Feature> features() {
            return Set.of();
        }

        @Override
        public boolean sees(long query, long key) {
            return key <= query;
        }

        @Override
        public Tensor lower(Ops ops, Tensor query, Tensor key) {
            return ops.binary(Binary.LESS, key, ops.add(query, 1));
        }

        @Override
        public String toString() {
            return "causal";
        }
    }

    /**
     * The last {@code size} keys at or before the query, itself among them (Beltagy et al. 2020; Jiang et al. 2023).
     *
     * @param size how many, at least one
     */
    record Window(int size) implements Visibility {
        /** A query sees a window of keys. */
        public static final Feature WINDOW = new Feature("WINDOW");

        /**
         * Checks the size.
         *
         * @param size how many, at least one
         */
        public Window {
            if (size < 1) {
                throw new IllegalArgumentException("an attention window holds at least 1 key, got " + size);
            }
        }

        @Override
        public Set<Feature> features() {
            return Set.of(WINDOW);
        }

        @Override
        public boolean sees(long query, long key) {
            return key <= query && key > query - size;
        }

        @Override
        public Tensor lower(Ops ops, Tensor query, Tensor key) {
            Tensor causal = new Causal().lower(ops, query, key);
            Tensor first = ops.add(query, -(double) size); // the last key that is out of sight
            Tensor near = ops.binary(Binary.LESS, first, key);
            return ops.select(causal, near, ops.constant(Shape.of(1), 0));
        }

        @Override
        public String toString() {
            return "window " + size;
        }
    }

    /** Every key of the sequence, those after the query too: encoders (Devlin et al. 2019), and decoders that look at an encoder's output. */
    record All() implements Visibility {
        /** A query sees keys after its own position. */
        public static final Feature BIDIRECTIONAL = new Feature("BIDIRECTIONAL");

        @Override
        public Set<Feature> features() {
            return Set.of(BIDIRECTIONAL);
        }

        @Override
        public boolean sees(long query, long key) {
            return true;
        }

        @Override
        public Tensor lower(Ops ops, Tensor query, Tensor key) {
            return ops.constant(Shape.of(1), 1);
        }

        @Override
        public String toString() {
            return "all";
        }
    }
}
