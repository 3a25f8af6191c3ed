package org.tenon.api.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tenon.api.ShapeMismatch;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

class AttentionTest {
    private static final Extent KEYS = new Extent("keys");
    private static final Attention PLAIN = new Attention(0.5, new Visibility.Causal(), KEYS);

    private final ProgramWriter writer = new ProgramWriter(StepShape.NONE, DType.F32);

    private Attention.In<Tensor> operands(Optional<Tensor> bias) {
        Tensor pool = writer.state("pool", DType.F32, Shape.of(2, 2, 4, 6));
        return new Attention.In<>(
                writer.ops().fill(0, DType.F32, Shape.of(3, 4, 6)),
                pool,
                pool,
                writer.input("table", Shape.of(1, 2)),
                writer.input("bases", Shape.of(1)),
                writer.input("lengths", Shape.of(1)),
                writer.input("sequence", Shape.of(3)),
                writer.input("positions", Shape.of(3)),
                bias);
    }

    private String refused(Attention op, Optional<Tensor> bias) {
        Attention.In<Tensor> in = operands(bias);
        return assertThrows(ShapeMismatch.class, () -> op.infer(in)).getMessage();
    }

    private Tensor table(long... sizes) {
        return writer.ops().fill(0, DType.F32, Shape.of(sizes));
    }

    @Test
    void aBiasIsThereIfTheOpSaysSo() {
        assertEquals(
                Shape.of(3, 4, 6),
                PLAIN.relativeBias(true)
                        .infer(operands(Optional.of(table(5, 4))))
                        .getFirst()
                        .shape());
        String missing = refused(PLAIN.relativeBias(true), Optional.empty());
        assertTrue(missing.contains("operand bias must be given, but is left out"), missing);
        String needless = refused(PLAIN, Optional.of(table(5, 4)));
        assertTrue(needless.contains("operand bias must be left out, but is "), needless);
    }

    @Test
    void aBiasHasAnOddNumberOfRowsAndAColumnForEachHead() {
        List<Tensor> wrong = List.of(
                table(4, 4),
                table(5, 3),
                table(5, 4, 1),
                writer.ops().fill(0, DType.I32, Shape.of(5, 4)),
                writer.ops().fill(0, DType.F32, Shape.of(Axis.TOKENS.rows().dim(), 4)));
        for (Tensor each : wrong) {
            String message = refused(PLAIN.relativeBias(true), Optional.of(each));
            assertTrue(message.contains("operand bias must be F32 [an odd number of distances, 4], but is "), message);
        }
    }

    @Test
    void aCapIsAPositiveNumberOrNone() {
        for (double wrong : new double[] {-1, 1e-50, Double.NaN, Double.POSITIVE_INFINITY}) {
            String message = assertThrows(IllegalArgumentException.class, () -> PLAIN.softCap(wrong))
                    .getMessage();
            assertTrue(message.contains("" + wrong), message);
        }
    }

    @Test
    void everyMeaningBesideThePlainestIsAFeature() {
        assertEquals(Set.of(), PLAIN.features());
        assertEquals(Set.of(Attention.SOFT_CAP), PLAIN.softCap(30).features());
        assertEquals(
                Set.of(Attention.RELATIVE_BIAS, Visibility.All.BIDIRECTIONAL),
                new Attention(1, new Visibility.All(), KEYS).relativeBias(true).features());
        assertEquals(
                Set.of(Attention.SOFT_CAP, Visibility.Window.WINDOW),
                new Attention(1, new Visibility.Window(3), KEYS).softCap(30).features());
    }
}
