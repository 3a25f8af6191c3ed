package org.tenon.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;

/** Scans over the rows of sequences: no rows, one, many, several sequences and padding, states read, written in place, elsewhere and on the way. */
final class ScanCases implements CaseSource {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16);
    private static final int NONE = -1;

    /** Slots of a pool, more than any step names. */
    private static final int SLOTS = 7;

    /**
     * A sequence of a step.
     *
     * @param rows how many it has
     * @param read the slot that it goes on from
     * @param write the slot of its last row
     * @param between the slot of the row in its middle
     */
    private record Sequence(int rows, int read, int write, int between) {}

    private static Sequence sequence(int rows, int read, int write) {
        return new Sequence(rows, read, write, NONE);
    }

    /** The sequences of a step, and the padding rows behind them. */
    private record Step(String name, int padding, List<Sequence> sequences) {
        int rows() {
            return padding + sequences.stream().mapToInt(Sequence::rows).sum();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Step step(String name, int padding, Sequence... sequences) {
        return new Step(name, padding, List.of(sequences));
    }

    private static final List<Step> STEPS = List.of(
            step("no rows", 0),
            step("padding alone", 3, sequence(0, NONE, NONE)),
            step("first token", 0, sequence(1, NONE, 2)),
            step("decode in place", 0, sequence(1, 3, 3)),
            step("decode elsewhere", 0, sequence(1, 3, 5)),
            step("decode of many", 1, sequence(1, 3, 3), sequence(1, 0, 0), sequence(1, NONE, 5), sequence(1, 6, 6)),
            step("prefill", 0, sequence(21, NONE, 1)),
            step("chunk in place", 0, sequence(19, 4, 4)),
            step("two rows", 0, sequence(2, 4, 4)),
            step("nothing kept", 0, sequence(9, 4, NONE)),
            step("written on the way", 0, new Sequence(18, 2, 5, 2)),
            step("ragged", 2, sequence(7, 1, 1), sequence(1, 0, 3), new Sequence(17, NONE, 2, 5), sequence(3, 6, 6)));

    @Override
    public Stream<Case> cases() {
        return STEPS.stream()
                .flatMap(step -> FLOATS.stream()
                        .flatMap(type -> Stream.of(Lie.values())
                                .flatMap(lie -> Stream.of(
                                                convs(step, type, lie),
                                                selectives(step, type, lie),
                                                duals(step, type, lie))
                                        .flatMap(cases -> cases))));
    }

    /** What says where the states are, in the order of the operands. */
    private record Places(Given state, Given read, Given write, Given sequence) {}

    private static CaseWriter writer(Lie lie, Step step, Object... id) {
        return new CaseWriter(lie, id)
                .rows(step.rows())
                .sequences(step.sequences().size(), 1);
    }

    private static Places places(CaseWriter writer, Step step, long... each) {
        List<Integer> sequence = new ArrayList<>();
        List<Integer> write = new ArrayList<>();
        for (int i = 0; i < step.sequences().size(); i++) {
            Sequence of = step.sequences().get(i);
            for (int row = 0; row < of.rows(); row++) {
                sequence.add(i);
                boolean last = row == of.rows() - 1;
                write.add(last ? of.write() : row == of.rows() / 2 ? of.between() : NONE);
            }
        }
        IntStream.range(0, step.padding()).forEach(_ -> {
            sequence.add(NONE);
            write.add(NONE);
        });
        long[] pool = new long[each.length + 1];
        pool[0] = SLOTS;
        System.arraycopy(each, 0, pool, 1, each.length);
        Shape perRow = Shape.of(CaseWriter.ROWS.dim());
        return new Places(
                writer.weight(DType.F32, Shape.of(pool), Values.PLAIN),
                writer.integers(
                        Shape.of(CaseWriter.SEQUENCES.dim()),
                        i -> step.sequences().get(i).read()),
                writer.integers(perRow, write::get),
                writer.integers(perRow, sequence::get));
    }

    private static Stream<Case> convs(Step step, DType type, Lie lie) {
        Dim rows = CaseWriter.ROWS.dim();
        return Stream.of(new int[] {4, 96}, new int[] {4, 67}, new int[] {2, 1}, new int[] {5, 24})
                .flatMap(size -> Stream.of(true, false).map(whole -> {
                    int taps = size[0];
                    int channels = size[1];
                    String kind = whole ? "bias, silu" : "plain";
                    CaseWriter writer = writer(lie, step, "CausalConv", type, step, taps + " of " + channels, kind);
                    Places at = places(writer, step, taps - 1, channels);
                    return writer.of(
                            new CausalConv(whole, type),
                            new CausalConv.In<>(
                                    writer.floats(type, Shape.of(rows, channels), Values.PLAIN),
                                    writer.weight(DType.F32, Shape.of(taps, channels), Values.PLAIN),
                                    whole
                                            ? Optional.of(writer.weight(DType.F32, Shape.of(channels), Values.PLAIN))
                                            : Optional.empty(),
                                    at.state(),
                                    at.read(),
                                    at.write(),
                                    at.sequence()));
                }));
    }

    private static Stream<Case> selectives(Step step, DType type, Lie lie) {
        Dim rows = CaseWriter.ROWS.dim();
        return Stream.of(new int[] {16, 80}, new int[] {3, 37}, new int[] {1, 1}, new int[] {33, 16})
                .map(size -> {
                    int states = size[0];
                    int channels = size[1];
                    CaseWriter writer =
                            writer(lie, step, "SelectiveScan", type, step, states + " states of " + channels);
                    Places at = places(writer, step, states, channels);
                    return writer.of(
                            new SelectiveScan(type),
                            new SelectiveScan.In<>(
                                    writer.floats(type, Shape.of(rows, channels), Values.PLAIN),
                                    writer.floats(type, Shape.of(rows, channels), Values.PLAIN),
                                    negative(writer, Shape.of(states, channels)),
                                    writer.floats(type, Shape.of(rows, states), Values.PLAIN),
                                    writer.floats(type, Shape.of(rows, states), Values.PLAIN),
                                    writer.weight(DType.F32, Shape.of(channels), Values.PLAIN),
                                    at.state(),
                                    at.read(),
                                    at.write(),
                                    at.sequence()));
                });
    }

    private record Heads(int heads, int groups, int width, int states) {
        @Override
        public String toString() {
            return heads + " heads of " + width + " in " + groups + ", " + states + " states";
        }
    }

    private static Stream<Case> duals(Step step, DType type, Lie lie) {
        Dim rows = CaseWriter.ROWS.dim();
        return Stream.of(new Heads(4, 1, 64, 32), new Heads(6, 3, 5, 19), new Heads(2, 2, 16, 8), new Heads(1, 1, 1, 1))
                .flatMap(heads -> Stream.of(true, false).map(limits -> {
                    String kind = limits ? "0.3 to 0.9" : "any step";
                    CaseWriter writer = writer(lie, step, "StateSpaceDual", type, step, heads, kind);
                    Places at = places(writer, step, heads.heads(), heads.states(), heads.width());
                    Shape perHead = Shape.of(heads.heads());
                    Shape perGroup = Shape.of(rows, heads.groups(), heads.states());
                    return writer.of(
                            new StateSpaceDual(limits ? 0.3 : 0, limits ? 0.9 : Double.POSITIVE_INFINITY, type),
                            new StateSpaceDual.In<>(
                                    writer.floats(type, Shape.of(rows, heads.heads(), heads.width()), Values.PLAIN),
                                    writer.floats(type, Shape.of(rows, heads.heads()), Values.PLAIN),
                                    writer.weight(DType.F32, perHead, Values.PLAIN),
                                    negative(writer, perHead),
                                    writer.floats(type, perGroup, Values.PLAIN),
                                    writer.floats(type, perGroup, Values.PLAIN),
                                    writer.weight(DType.F32, perHead, Values.PLAIN),
                                    at.state(),
                                    at.read(),
                                    at.write(),
                                    at.sequence()));
                }));
    }

    /** Rates of decay, from slow to fast. */
    private static Given negative(CaseWriter writer, Shape shape) {
        double[] values = new double[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = -(float) Math.exp(writer.random().nextDouble(-3, 3));
        }
        return new Given(DType.F32, shape, Lie.DENSE, values);
    }
}
