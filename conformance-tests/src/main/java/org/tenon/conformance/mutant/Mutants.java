package org.tenon.conformance.mutant;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Gather;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.TopK;
import org.tenon.api.op.Unary;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.cases.CaseWriter;
import org.tenon.conformance.suite.Selection;

/** The faults that a suite must find: each is one that a kernel's author has made, or will. */
public final class Mutants {
    private Mutants() {}

    /** {@return all of them} */
    public static List<Mutant> all() {
        return Stream.of(
                        numerics(),
                        masks(),
                        indices(),
                        experts(),
                        best(),
                        memory(),
                        staleness(),
                        ScanMutants.all(),
                        LawMutants.all(),
                        LifeMutants.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * The mutants that a selection of runs is about.
     *
     * @param selection the runs
     * @return all mutants of a whole suite; those that an op's runs must find; of anything narrower none
     */
    public static List<Mutant> among(Selection selection) {
        return switch (selection) {
            case Selection.OfOp of ->
                all().stream()
                        .filter(mutant -> mutant.part().startsWith(of.op() + "/"))
                        .toList();
            case Selection.Containing _ when selection.whole() -> all();
            case Selection.Containing _, Selection.Kernels _, Selection.Replay _ -> List.of();
        };
    }

    private static List<Mutant> numerics() {
        return List.of(
                new Mutant(
                        "norm without epsilon",
                        "RmsNorm/F32-F32/2x64",
                        Changes.op(RmsNorm.class, op -> new RmsNorm(0, op.type()))),
                new Mutant(
                        "norm with ten epsilons",
                        "RmsNorm/F32-F32/2x64",
                        Changes.op(RmsNorm.class, op -> new RmsNorm(10 * op.epsilon(), op.type()))),
                new Mutant(
                        "norm without weight",
                        "RmsNorm/F32-F32/2x17",
                        Changes.reads(RmsNorm.class, "weight", each(_ -> 1))),
                new Mutant(
                        "layer norm without epsilon",
                        "LayerNorm/F32-F32/2x64",
                        Changes.op(LayerNorm.class, op -> new LayerNorm(0, op.type()))),
                new Mutant(
                        "layer norm without bias",
                        "LayerNorm/F32-F32/2x17",
                        Changes.reads(LayerNorm.class, "bias", each(_ -> 0))),
                new Mutant("sine and cosine swapped", "Rope/halves/F32", Changes.swapped(Rope.class, "cos", "sin")),
                new Mutant("rotated the other way", "Rope/halves/F32", Changes.reads(Rope.class, "sin", each(x -> -x))),
                new Mutant(
                        "neighbours rotated as halves",
                        "Rope/neighbours/F32",
                        Changes.op(Rope.class, op -> new Rope(false, op.type()))),
                new Mutant(
                        "GELU by tanh in place of erf",
                        "Gated/gelu/F32",
                        Changes.op(Gated.class, op -> new Gated(Activation.GELU_TANH, op.type()))),
                new Mutant(
                        "ReLU in place of SiLU",
                        "Gated/silu/F32",
                        Changes.op(Gated.class, op -> new Gated(Activation.RELU, op.type()))),
                new Mutant("gate and up swapped", "Gated/silu/F32", Changes.swapped(Gated.class, "gate", "up")),
                new Mutant(
                        "scores not scaled",
                        "Attention/F32/prefill, blocks of 16",
                        Changes.op(
                                Attention.class,
                                op -> new Attention(1, op.sees(), op.keys(), op.softCap(), op.relativeBias()))),
                new Mutant(
                        "scores not capped",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/causal/scores x4.0 capped at 2.0",
                        Changes.op(Attention.class, op -> op.softCap(0))),
                new Mutant(
                        "scores capped at 1 and multiplied by the cap",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/causal/scores x4.0 capped at 2.0",
                        Changes.op(Attention.class, Mutants::steeper)),
                new Mutant(
                        "a softmax without the largest subtracted",
                        "Attention/F32/decode, blocks of 16/6 on 1 heads of 64/causal/scores x200",
                        Changes.writes(new Reduce(Reduce.MAX)::equals, each(_ -> 0))),
                new Mutant(
                        "sums in BF16",
                        "Linear/F32-F32-F32/5x128x96/plain/dense",
                        Changes.writes(Linear.class, each(Mutants::truncated))),
                new Mutant(
                        "cut off in place of rounded",
                        "Convert/F32-BF16/67x64/wide",
                        Changes.reads(Convert.class, "x", each(Mutants::truncated))),
                new Mutant(
                        "quotients towards zero",
                        "Binary/divide/I32",
                        Changes.writes(Binary.class, each(x -> x < 0 ? x + 1 : x))),
                new Mutant(
                        "NaN becomes zero",
                        "Binary/add/F32",
                        Changes.writes(Binary.class, each(x -> Double.isNaN(x) ? 0 : x))),
                new Mutant(
                        "infinity becomes the largest number",
                        "Unary/exp",
                        Changes.writes(Unary.class, each(x -> Math.min(x, Float.MAX_VALUE)))));
    }

    private static double truncated(double x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits((float) x) & 0xFFFF0000);
    }

    private static List<Mutant> masks() {
        return List.of(
                new Mutant(
                        "sees the next key",
                        "Attention/F32/chunk",
                        Changes.reads(Attention.class, "positions", each(x -> x + 1))),
                new Mutant(
                        "doesn't see its own key",
                        "Attention/F32/prefill, blocks of 16",
                        Changes.reads(Attention.class, "positions", each(x -> x - 1))),
                new Mutant(
                        "no window",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/window 5",
                        Changes.op(Attention.class, op -> seeing(new Visibility.Causal(), op))),
                new Mutant(
                        "causal in place of all keys",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/all",
                        Changes.op(Attention.class, op -> seeing(new Visibility.Causal(), op))),
                new Mutant(
                        "a window one key wider",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/window 5",
                        Changes.op(Attention.class, Mutants::wider)),
                new Mutant(
                        "the last key forgotten",
                        "Attention/F32/decode",
                        Changes.reads(Attention.class, "lengths", each(x -> x - 1))),
                new Mutant(
                        "tables begin at zero",
                        "Attention/F32/rolling",
                        Changes.reads(Attention.class, "bases", each(_ -> 0))),
                new Mutant(
                        "padding rows attend",
                        "Attention/F32/ragged",
                        Changes.reads(Attention.class, "sequence", each(x -> Math.max(x, 0)))));
    }

    private static Attention wider(Attention op) {
        return op.sees() instanceof Visibility.Window window
                ? seeing(new Visibility.Window(window.size() + 1), op)
                : op;
    }

    private static Attention seeing(Visibility sees, Attention op) {
        return new Attention(op.scale(), sees, op.keys(), op.softCap(), op.relativeBias());
    }

    /** {@code cap * tanh(score)}: the quotient is forgotten, as a larger scale shows. */
    private static Attention steeper(Attention op) {
        double factor = op.softCap() > 0 ? op.softCap() : 1;
        return new Attention(op.scale() * factor, op.sees(), op.keys(), op.softCap(), op.relativeBias());
    }

    private static List<Mutant> indices() {
        return List.of(
                new Mutant(
                        "neighbouring heads swapped",
                        "Attention/F32/prefill, blocks of 16/4 on 2",
                        Changes.writes(Attention.class, Mutants::swapNeighbours)),
                new Mutant(
                        "blocks in the order of the pool",
                        "Attention/F32/prefill, blocks of 16",
                        Changes.reads(Attention.class, "table", Mutants::counted)),
                new Mutant(
                        "keys read as values",
                        "Attention/F32/prefill, blocks of 16/4 on 2",
                        Changes.swapped(Attention.class, "keys", "values")),
                new Mutant(
                        "biases of the next distance",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/causal/scores x1.0 biased by 257",
                        Changes.reads(Attention.class, "bias", Mutants::shifted)),
                new Mutant(
                        "biases of the wrong head",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/causal/scores x1.0 biased by 9",
                        Changes.reads(Attention.class, "bias", Mutants::mirrored)),
                new Mutant(
                        "no bias beyond the last distance",
                        "Attention/F32/prefill, blocks of 16/4 on 2 heads of 10/all/scores x1.0 biased by 9",
                        Changes.reads(Attention.class, "bias", Mutants::withoutEnds)),
                new Mutant(
                        "written one slot further",
                        "CacheWrite/F32/2 into",
                        Changes.reads(CacheWrite.class, "slots", each(x -> x < 0 ? x : Math.max(0, x - 1)))),
                new Mutant(
                        "padding written into slot 0",
                        "CacheWrite/F32/13 into",
                        Changes.reads(CacheWrite.class, "slots", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "a missing row is row 0",
                        "Gather/F32/13",
                        Changes.reads(Gather.class, "index", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "skipped rows scattered to row 0",
                        "Scatter/F32/13",
                        Changes.reads(Scatter.class, "index", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "ids off by one",
                        "Embedding/F32-F32/13",
                        Changes.reads(Embedding.class, "ids", each(x -> Math.max(-1, x - 1)))),
                new Mutant(
                        "matrices off by one",
                        "MatMul/abT/7x3x4x20x9/index",
                        Changes.reads(MatMul.class, "index", each(x -> Math.max(-1, x - 1)))),
                new Mutant(
                        "a missing matrix is matrix 0",
                        "MatMul/abT/7x3x4x20x9/index",
                        Changes.reads(MatMul.class, "index", each(x -> Math.max(x, 0)))));
    }

    private static List<Mutant> experts() {
        return List.of(
                new Mutant(
                        "weights not renormalised",
                        "Route/of the chosen/13 to 2 of 8/plain",
                        Changes.op(Route.class, op -> new Route(op.chosen(), false))),
                new Mutant(
                        "equal logits to the last expert",
                        "Route/of all/13 to 2 of 8/ties",
                        Changes.reads(Route.class, "logits", Mutants::rising)),
                new Mutant(
                        "padding routed",
                        "Route/of all/13 to 2 of 8/plain",
                        Changes.reads(Route.class, "sequence", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "experts off by one",
                        "Experts/F32-F32-F32/5x40x72 to 2 of 8/silu",
                        Changes.reads(Experts.class, "ids", each(x -> x < 0 ? x : Math.max(0, x - 1)))),
                new Mutant(
                        "a row of no expert goes to the first",
                        "Experts/F32-F32-F32/5x40x72 to 2 of 8/silu",
                        Changes.reads(Experts.class, "ids", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "experts not weighed",
                        "Experts/F32-F32-F32/1x64x96 to 2 of 8/silu",
                        Changes.reads(Experts.class, "weights", each(_ -> 1))),
                new Mutant(
                        "gates and ups of experts swapped",
                        "Experts/F32-F32-F32/1x64x96 to 2 of 8/silu",
                        Changes.swapped(Experts.class, "gate", "up")));
    }

    private static List<Mutant> best() {
        return List.of(
                new Mutant(
                        "the last of equal ones is the best",
                        "TopK/13 rows, 2 of 8/ties",
                        Changes.reads(TopK.class, "logits", Mutants::rising)),
                new Mutant(
                        "the best of a long row looked for in its first part",
                        "TopK/2 rows, 64 of 40000/plain",
                        Changes.reads(TopK.class, "logits", Mutants::withoutEnd)),
                new Mutant(
                        "NaN is no value",
                        "TopK/13 rows, 2 of 8/special",
                        Changes.reads(
                                TopK.class, "logits", each(x -> Double.isNaN(x) ? Double.NEGATIVE_INFINITY : x))));
    }

    /** The last half of each row is out. */
    private static void withoutEnd(Elements elements) {
        for (int row = 0; row < elements.rows(); row++) {
            for (int column = elements.width() / 2; column < elements.width(); column++) {
                elements.set(row, column, Double.NEGATIVE_INFINITY);
            }
        }
    }

    /** Breaks ties for the last. */
    private static void rising(Elements elements) {
        for (int row = 0; row < elements.rows(); row++) {
            for (int column = 0; column < elements.width(); column++) {
                elements.set(row, column, elements.get(row, column) + column * 1e-6);
            }
        }
    }

    private static List<Mutant> memory() {
        return List.of(
                new Mutant(
                        "the last of the inner elements dropped",
                        "Linear/F32-F32-F32/17x100x19/plain",
                        Changes.reads(Linear.class, "x", lastColumn(_ -> 0))),
                new Mutant(
                        "the last column not written",
                        "Linear/F32-F32-F32/1x515x67/plain",
                        Changes.writes(Linear.class, lastColumn(_ -> Double.NaN))),
                new Mutant(
                        "the last lanes of a row not normed",
                        "RmsNorm/F32-F32/2x17",
                        Changes.writes(RmsNorm.class, lastColumn(x -> 2 * x))),
                new Mutant(
                        "the last row dropped", "Gated/silu/F32/67x64", Changes.rows(Gated.class, CaseWriter.ROWS, -1)),
                new Mutant(
                        "a row beyond the step written",
                        "Gated/silu/F32/67x64",
                        Changes.rows(Gated.class, CaseWriter.ROWS, 1)),
                new Mutant(
                        "row strides ignored",
                        "RmsNorm/F32-F32/13x64",
                        Changes.buffers(RmsNorm.class, (name, buffer) -> name.equals("x") ? packed(buffer) : buffer)),
                new Mutant(
                        "offsets ignored",
                        "Unary/copy/F32/3x17/columns",
                        Changes.buffers(
                                Unary.class,
                                (_, buffer) -> new Buffer(
                                        buffer.name(),
                                        buffer.spec(),
                                        buffer.storage(),
                                        buffer.offset() - 4,
                                        buffer.layout()))),
                new Mutant(
                        "an input overwritten",
                        "Linear/F32-F32-F32/17x100x19/plain",
                        Changes.scribbles(Linear.class, "x", lastColumn(x -> x + 1))));
    }

    private static Buffer packed(Buffer buffer) {
        return new Buffer(
                buffer.name(),
                TensorSpec.dense(buffer.type(), buffer.shape()),
                buffer.storage(),
                buffer.offset(),
                buffer.layout());
    }

    private static List<Mutant> staleness() {
        return List.of(
                new Mutant("never run", "Linear/F32-F32-F32/2x31x33", Changes.runs(Linear.class, _ -> false)),
                new Mutant(
                        "a primitive without a kernel", "Reduce/sum/5x17/plain/dense", Changes.missing(Reduce.class)),
                new Mutant(
                        "other bits the second time",
                        "Attention/F32/decode",
                        Changes.writes(Attention.class, new Alternating())));
    }

    /** Changes the outputs of every second run a little. */
    private static final class Alternating implements Consumer<Elements> {
        private boolean second;

        @Override
        public void accept(Elements elements) {
            for (int row = 0; row < elements.rows() && second; row++) {
                elements.set(row, 0, Math.nextUp((float) elements.get(row, 0)));
            }
            second = !second;
        }
    }

    private static Consumer<Elements> each(DoubleUnaryOperator change) {
        return elements -> {
            for (int row = 0; row < elements.rows(); row++) {
                for (int column = 0; column < elements.width(); column++) {
                    elements.set(row, column, change.applyAsDouble(elements.get(row, column)));
                }
            }
        };
    }

    private static Consumer<Elements> lastColumn(DoubleUnaryOperator change) {
        return elements -> {
            for (int row = 0; row < elements.rows() && elements.width() > 0; row++) {
                int last = elements.width() - 1;
                elements.set(row, last, change.applyAsDouble(elements.get(row, last)));
            }
        };
    }

    /** Rows 0 and 1 in each other's place, 2 and 3, and so on. */
    private static void swapNeighbours(Elements elements) {
        for (int row = 0; row + 1 < elements.rows(); row += 2) {
            for (int column = 0; column < elements.width(); column++) {
                double first = elements.get(row, column);
                elements.set(row, column, elements.get(row + 1, column));
                elements.set(row + 1, column, first);
            }
        }
    }

    /** Each row is the one that follows. */
    private static void shifted(Elements elements) {
        for (int row = 0; row + 1 < elements.rows(); row++) {
            for (int column = 0; column < elements.width(); column++) {
                elements.set(row, column, elements.get(row + 1, column));
            }
        }
    }

    /** The last column first. */
    private static void mirrored(Elements elements) {
        for (int row = 0; row < elements.rows(); row++) {
            for (int column = 0; column < elements.width() / 2; column++) {
                int other = elements.width() - 1 - column;
                double first = elements.get(row, column);
                elements.set(row, column, elements.get(row, other));
                elements.set(row, other, first);
            }
        }
    }

    private static void withoutEnds(Elements elements) {
        for (int column = 0; column < elements.width(); column++) {
            elements.set(0, column, 0);
            elements.set(elements.rows() - 1, column, 0);
        }
    }

    /** Entries 0, 1, 2, ... in place of whatever they were, where there is one. */
    private static void counted(Elements elements) {
        for (int row = 0; row < elements.rows(); row++) {
            for (int column = 0; column < elements.width(); column++) {
                elements.set(row, column, elements.get(row, column) < 0 ? -1 : column);
            }
        }
    }
}
