package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.model.ParameterNames;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

class TensorLayoutTest {
    private static final ParameterNames NAMES = ParameterNames.names()
            .join("both.{weight,bias}", "a.{weight,bias}", "b.{weight,bias}")
            .transposed(".*weight");

    private static final ValueLayout.OfFloat FLOATS = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private record Numbers(String name, Shape shape, List<Float> values) implements WeightSource {
        @Override
        public DType type() {
            return DType.F32;
        }

        @Override
        public void read(long row, long rows, MemorySegment target) {
            int first = (int) (row * shape.width());
            for (int i = 0; i < rows * shape.width(); i++) {
                target.setAtIndex(FLOATS, i, values.get(first + i));
            }
        }
    }

    private static final Map<String, WeightSource> PARAMETERS = Map.of(
            "a.weight", new Numbers("a", Shape.of(1, 3), List.of(1f, 2f, 3f)),
            "b.weight", new Numbers("b", Shape.of(2, 3), List.of(4f, 5f, 6f, 7f, 8f, 9f)),
            "a.bias", new Numbers("a", Shape.of(1), List.of(1f)),
            "b.bias", new Numbers("b", Shape.of(2), List.of(2f, 3f)));

    private static float[] read(WeightSource source, long row, long rows) {
        float[] values = new float[(int) (rows * source.shape().width())];
        MemorySegment bytes = MemorySegment.ofArray(new float[values.length]);
        source.read(row, rows, bytes);
        MemorySegment.copy(bytes, ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
        return values;
    }

    private static float[] read(WeightSource source) {
        return read(source, 0, source.rows());
    }

    @Test
    void parametersLieOneAfterAnotherAndMatricesOnTheirSides() {
        Map<String, WeightSource> tensors =
                TensorLayout.tensors(List.of("a.weight", "a.bias", "b.weight", "b.bias"), NAMES, PARAMETERS::get);
        assertEquals(List.of("both.weight", "both.bias"), List.copyOf(tensors.keySet()));
        WeightSource weight = tensors.get("both.weight");
        assertEquals(Shape.of(3, 3), weight.shape());
        assertArrayEquals(new float[] {1, 4, 7, 2, 5, 8, 3, 6, 9}, read(weight));
        assertArrayEquals(new float[] {1, 2, 3}, read(tensors.get("both.bias")));
    }

    private static final Map<String, WeightSource> BUNDLES = Map.of(
            "gate", new Numbers("gate", Shape.of(2, 2, 1), List.of(1f, 2f, 5f, 6f)),
            "up", new Numbers("up", Shape.of(2, 2, 1), List.of(3f, 4f, 7f, 8f)));

    @Test
    void aBundleIsWrittenMatrixByMatrixAndPutTogetherAgain() {
        ParameterNames names = ParameterNames.names().bundle("{e}.{w1,w3}", "{gate,up}");
        Map<String, WeightSource> tensors = TensorLayout.tensors(List.of("gate", "up"), names, BUNDLES::get);
        assertEquals(List.of("0.w1", "1.w1", "0.w3", "1.w3"), List.copyOf(tensors.keySet()));
        assertEquals(Shape.of(2, 1), tensors.get("1.w3").shape());
        assertArrayEquals(new float[] {7, 8}, read(tensors.get("1.w3")));
        WeightSource back = TensorLayout.bundle("up", List.of(tensors.get("0.w3"), tensors.get("1.w3")));
        assertEquals(Shape.of(2, 2, 1), back.shape());
        assertArrayEquals(new float[] {3, 4, 7, 8}, read(back));
        assertArrayEquals(new float[] {4, 7}, read(back, 1, 2));
    }

    @Test
    void bundlesAreReadOutOfTheMatricesOfOneTensor() {
        ParameterNames names = ParameterNames.names().joinEach("gate_up", "gate", "up");
        TensorLayout layout =
                TensorLayout.of("gate_up", names, path -> BUNDLES.get(path).shape());
        assertEquals(Shape.of(2, 4, 1), layout.shape());
        WeightSource whole = new Numbers("gate_up", layout.shape(), List.of(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f));
        for (String path : layout.paths()) {
            WeightSource part = layout.parameter(path, whole);
            assertEquals(BUNDLES.get(path).shape(), part.shape());
            assertArrayEquals(read(BUNDLES.get(path)), read(part), path);
            assertArrayEquals(read(BUNDLES.get(path), 1, 2), read(part, 1, 2), path);
        }
    }

    @Test
    void eachParameterComesBackWholeAndInPanels() {
        Function<String, Shape> shape = path -> PARAMETERS.get(path).shape();
        TensorLayout.tensors(PARAMETERS.keySet(), NAMES, PARAMETERS::get).forEach((name, tensor) -> {
            TensorLayout layout = TensorLayout.of(name, NAMES, shape);
            assertEquals(layout.shape(), tensor.shape());
            for (String path : layout.paths()) {
                WeightSource back = layout.parameter(path, tensor);
                assertEquals(PARAMETERS.get(path).shape(), back.shape());
                assertArrayEquals(read(PARAMETERS.get(path)), read(back), path);
                long last = back.rows() - 1;
                assertArrayEquals(read(PARAMETERS.get(path), last, 1), read(back, last, 1), path);
            }
        });
    }
}
