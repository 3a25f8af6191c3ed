package org.tenon.models.architecture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.swiGlu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;

class RandomWeightsTest {
    private static final String DOWN = "layers.0.channels.down.weight"; // [256, 700]

    private static final Blueprint BLUEPRINT = Blueprint.of(
            Architecture.decoder(256, 1000)
                    .layers(2, i -> block(attention(8), swiGlu(700)))
                    .build(),
            LayerProviders.found());

    private static float[] values(WeightSource source, long row, long rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(rows * source.rowBytes());
            source.read(row, rows, bytes);
            float[] values = new float[(int) (rows * source.shape().width())];
            source.type().codec().decode(bytes, 0, values, 0, values.length);
            return values;
        }
    }

    private static float[] all(long seed, String path) {
        WeightSource source = new RandomWeights(BLUEPRINT, seed, DType.F32).apply(path);
        return values(source, 0, source.rows());
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        assertArrayEquals(all(7, DOWN), all(7, DOWN));
        assertEquals(
                List.of(-0.014520091f, -0.04365859f, 0.01644095f),
                Stream.of(0, 1, 2).map(i -> all(7, DOWN)[i]).toList());
    }

    @Test
    void anotherSeedOrPathGivesOthers() {
        float[] one = all(7, DOWN);
        assertNotEquals(one[0], all(8, DOWN)[0]);
        assertNotEquals(one[0], all(7, "layers.1.channels.down.weight")[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "BF16", "F16"})
    void aPanelHoldsWhatTheWholeHolds(String name) {
        DType type = name.equals("F32") ? DType.F32 : name.equals("BF16") ? DType.BF16 : DType.F16;
        WeightSource source = new RandomWeights(BLUEPRINT, 7, type).apply(DOWN);
        float[] whole = values(source, 0, source.rows());
        float[] panel = values(source, 100, 3);
        for (int i = 0; i < panel.length; i++) {
            assertEquals(whole[100 * 700 + i], panel[i]);
        }
    }

    @Test
    void matricesAreNearlyNormalAndNormsAreOnes() {
        float[] values = all(7, DOWN);
        double n = values.length;
        double mean = 0;
        double square = 0;
        int beyondTwo = 0;
        int tiny = 0;
        for (float value : values) {
            mean += value / n;
            square += value * (double) value / n;
            beyondTwo += Math.abs(value) > 0.04 ? 1 : 0;
            tiny += value != 0 && Math.abs(value) < Float.MIN_NORMAL ? 1 : 0;
        }
        assertEquals(0, mean, 5 * 0.02 / Math.sqrt(n)); // 5 deviations of the estimate
        assertEquals(0.02, Math.sqrt(square), 5 * 0.02 / Math.sqrt(2 * n));
        assertEquals(0.0455, beyondTwo / n, 0.005); // a normal has 0.0455 beyond two deviations, this sum 0.0437
        assertEquals(0, tiny);
        for (float value : all(7, "norm.weight")) {
            assertEquals(1f, value);
        }
    }

    @Test
    void neighboursAreIndependent() {
        float[] values = all(7, DOWN);
        double product = 0;
        for (int i = 1; i < values.length; i++) {
            product += values[i] * (double) values[i - 1];
        }
        double correlation = product / (values.length - 1) / (0.02 * 0.02);
        assertEquals(0, correlation, 5 / Math.sqrt(values.length)); // 5 deviations
    }

    @Test
    void aParameterThatIsNotThereIsRefused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> new RandomWeights(BLUEPRINT, 1, DType.F32).apply("head.bias"));
        assertTrue(refused.getMessage().contains("head.bias"));
    }
}
