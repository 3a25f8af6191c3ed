package org.tenon.api.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorSpecTest {
    private static final Extent ROWS = new Extent("rows");

    private static TensorSpec f32(Shape shape) {
        return TensorSpec.dense(DType.F32, shape);
    }

    @Test
    void headsOfAColumnViewKeepTheRowStride() {
        Tensor qkv = Tensor.of("qkv", f32(Shape.of(ROWS.dim(), 20)));
        Tensor k = qkv.columns(8, 14).heads(3);
        assertEquals(Shape.of(ROWS.dim(), 3, 2), k.shape());
        assertEquals(List.of(80L, 8L), k.spec().strides());
        assertEquals(32, k.offset());
        assertEquals(qkv, k.root());
        assertFalse(k.spec().dense());
    }

    @Test
    void rowsOfHeadsMergeOnlyWhereTheyLieWithoutGaps() {
        Tensor dense = Tensor.of("dense", f32(Shape.of(ROWS.dim(), 3, 2)));
        assertEquals(
                f32(Shape.of(ROWS.dim().times(3), 2)),
                dense.reshape(Shape.of(ROWS.dim().times(3), 2)).spec());
        Tensor gaps =
                Tensor.of("wide", f32(Shape.of(ROWS.dim(), 8))).columns(0, 6).heads(3);
        assertThrows(
                IllegalArgumentException.class,
                () -> gaps.reshape(Shape.of(ROWS.dim().times(3), 2)));
    }

    @Test
    void pairsOfNeighboursAreAView() {
        Tensor x = Tensor.of("x", f32(Shape.of(ROWS.dim(), 2, 10))).columns(0, 6);
        Tensor pairs = x.reshape(Shape.of(ROWS.dim(), 2, 3, 2));
        assertEquals(List.of(80L, 40L, 8L), pairs.spec().strides());
        Tensor second = pairs.columns(1, 2);
        assertEquals(4, second.offset());
        assertEquals(Shape.of(ROWS.dim(), 2, 3, 1), second.shape());
    }

    @Test
    void onesComeAndGo() {
        assertEquals(f32(Shape.of(1, 6, 1)), f32(Shape.of(6)).reshape(Shape.of(1, 6, 1)));
        assertEquals(f32(Shape.of(6)), f32(Shape.of(1, 6, 1)).reshape(Shape.of(6)));
        assertThrows(IllegalArgumentException.class, () -> f32(Shape.of(6)).reshape(Shape.of(5)));
        assertThrows(IllegalArgumentException.class, () -> f32(Shape.of(6)).reshape(Shape.of(ROWS.dim())));
    }

    @Test
    void bytesReachToTheEndOfTheLastElement() {
        StepShape three = new StepShape(Map.of(ROWS, 3));
        Tensor view = Tensor.of("x", f32(Shape.of(ROWS.dim(), 10))).columns(2, 5);
        assertEquals(2 * 40 + 12, view.spec().bytes(three));
        assertEquals(0, view.spec().bytes(new StepShape(Map.of(ROWS, 0))));
    }

    @Test
    void blocksAreNotSplitButRowsAreReshaped() {
        DType blocks = new DType("TEST", 32, 18, true, DType.F32.codec());
        TensorSpec spec = TensorSpec.dense(blocks, Shape.of(6, 64));
        assertEquals(Shape.of(2, 3, 64), spec.reshape(Shape.of(2, 3, 64)).shape());
        assertThrows(IllegalArgumentException.class, () -> spec.reshape(Shape.of(12, 32)));
    }

    @Test
    void onlyTheFirstDimensionMayBeCounted() {
        assertThrows(IllegalArgumentException.class, () -> new Shape(List.of(Dim.of(2), ROWS.dim())));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(1, 2, 3, 4, 5));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(-1));
    }

    @Test
    void aStepHoldsAnotherOfTheSameExtentsAndNoLarger() {
        Extent keys = new Extent("keys");
        StepShape large = new StepShape(Map.of(ROWS, 4, keys, 8));
        assertTrue(large.holds(new StepShape(Map.of(ROWS, 4, keys, 0))));
        assertFalse(large.holds(new StepShape(Map.of(ROWS, 5, keys, 0))));
        assertFalse(large.holds(new StepShape(Map.of(ROWS, 4))));
        assertThrows(IllegalArgumentException.class, () -> large.size(new Extent("other")));
        assertEquals("{keys=8, rows=4}", large.toString());
    }
}
