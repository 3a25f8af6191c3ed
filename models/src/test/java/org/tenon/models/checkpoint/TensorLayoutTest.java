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
