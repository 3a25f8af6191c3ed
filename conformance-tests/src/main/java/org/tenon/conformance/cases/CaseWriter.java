package org.tenon.conformance.cases;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.conformance.oracle.Rounding;

/** Writes one case: its operands' numbers come from its id, so that the id is all that is needed to run it again. */
public final class CaseWriter {
    /** Rows of the step. */
    public static final Extent ROWS = Axis.TOKENS.rows();

    /** Sequences of the step. */
    public static final Extent SEQUENCES = Axis.TOKENS.sequences();

    /** The most keys that a sequence has. */
    public static final Extent KEYS = new Extent("keys");

    /** Rows that memory is laid out for beyond those of the step. */
    private static final int SPARE = 3;

    private final String id;
    private final Lie lie;
    private final SplittableRandom random;
    private int rows;
    private int sequences = 1;
    private int keys = 1;

    /**
     * Begins a case.
     *
     * @param lie how its operands and outputs lie in memory
     * @param id the parts of its id: the op first
     */
    public CaseWriter(Lie lie, Object... id) {
        this.id = String.join("/", Arrays.stream(id).map(Object::toString).toList()) + "/" + lie;
        this.lie = lie;
        this.random = new SplittableRandom(seed(this.id));
    }

    /** FNV-1a in 64 bits (Fowler, Noll and Vo 1991). */
    private static long seed(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /**
     * Says how many rows the step has.
     *
     * @param count how many
     * @return this writer
     */
    public CaseWriter rows(int count) {
        rows = count;
        return this;
    }

    /**
     * Says what else the step has.
     *
     * @param count sequences
     * @param most keys of the longest
     * @return this writer
     */
    public CaseWriter sequences(int count, int most) {
        sequences = count;
        keys = most;
        return this;
    }

    /** {@return the source of the case's choices} */
    public SplittableRandom random() {
        return random;
    }

    private StepShape step(int spare) {
        return new StepShape(Map.of(ROWS, rows + spare, SEQUENCES, sequences + spare, KEYS, keys));
    }

    /**
     * An operand of numbers.
     *
     * @param type its type
     * @param shape its shape
     * @param values the kind of numbers
     * @return the operand
     */
    public Given floats(DType type, Shape shape, Values values) {
        return floats(type, shape, values, lie);
    }

    /**
     * A weight: its elements lie without gaps.
     *
     * @param type its type
     * @param shape its shape
     * @param values the kind of numbers
     * @return the operand
     */
    public Given weight(DType type, Shape shape, Values values) {
        return floats(type, shape, values, Lie.DENSE);
    }

    private Given floats(DType type, Shape shape, Values values, Lie where) {
        int count = Math.toIntExact(shape.elements(step(0)));
        long seed = random.nextLong();
        return new Given(type, shape, where, count, () -> {
            SplittableRandom own = new SplittableRandom(seed);
            double[] numbers = new double[count];
            Arrays.setAll(numbers, _ -> Rounding.to(type, values.next(own)));
            return numbers;
        });
    }

    /**
     * An operand of whole numbers.
     *
     * @param shape its shape
     * @param value the number at each place, counted row by row
     * @return the operand
     */
    public Given integers(Shape shape, IntUnaryOperator value) {
        double[] numbers = new double[Math.toIntExact(shape.elements(step(0)))];
        Arrays.setAll(numbers, value::applyAsInt);
        return new Given(DType.I32, shape, Lie.DENSE, numbers);
    }

    /**
     * Ends the case.
     *
     * @param op the op
     * @param in its operands
     * @return the case
     */
    public Case of(Op<?, ?> op, Operands<Given> in) {
        return new Case(id, op, in, lie, step(0), step(SPARE));
    }
}
