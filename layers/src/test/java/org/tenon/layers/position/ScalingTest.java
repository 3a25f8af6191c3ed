package org.tenon.layers.position;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tenon.api.layer.InvalidLayer;

/**
 * Frequencies against those of Transformers, which {@code src/test/python/rope_frequencies.py} wrote. The formulas are the same, float by
 * float, and so are nearly all bits; only powers are rounded by each library in its own way, within an ulp of the true value. Dynamic
 * scaling takes a power of a power.
 */
class ScalingTest {
    private static final double[] SHORT = DoubleStream.iterate(0, i -> i + 1)
            .limit(32)
            .map(i -> 1.0 + 0.07 * i)
            .toArray();
    private static final double[] LONG = DoubleStream.iterate(0, i -> i + 1)
            .limit(32)
            .map(i -> 1.0 + 0.9 * i)
            .toArray();

    private record Case(RopeBase base, Scaling scaling) {}

    /** The cases of the script, spelled in Java. */
    private static final Map<String, Case> CASES = Map.ofEntries(
            Map.entry("default-64", new Case(new RopeBase(10_000, 64, 2048), new Unscaled())),
            Map.entry("default-128-500000", new Case(new RopeBase(500_000, 128, 8192), new Unscaled())),
            Map.entry("default-10", new Case(new RopeBase(10_000, 10, 128), new Unscaled())),
            Map.entry("default-80-1000003.7", new Case(new RopeBase(1_000_003.7, 80, 4096), new Unscaled())),
            Map.entry("linear", new Case(new RopeBase(10_000, 64, 2048), new LinearScaling(2.5))),
            Map.entry("dynamic", new Case(new RopeBase(10_000, 64, 100), new DynamicScaling(2, 32))),
            Map.entry("dynamic-12", new Case(new RopeBase(500_000, 12, 501), new DynamicScaling(3.7, 128))),
            Map.entry("yarn", new Case(new RopeBase(10_000, 128, 131_072), new YarnScaling(32, 4096))),
            Map.entry("yarn-12", new Case(new RopeBase(10_000, 12, 128), new YarnScaling(4, 32))),
            Map.entry(
                    "yarn-untruncated",
                    new Case(
                            new RopeBase(1_000_000, 64, 65_536),
                            new YarnScaling(3.3, 4096, 16, 2, false, YarnScaling.attentionFactor(3.3, 1)))),
            Map.entry(
                    "yarn-mscale",
                    new Case(
                            new RopeBase(10_000, 64, 163_840),
                            new YarnScaling(
                                    40,
                                    4096,
                                    32,
                                    1,
                                    true,
                                    YarnScaling.attentionFactor(40, 0.707) / YarnScaling.attentionFactor(40, 1.2)))),
            Map.entry(
                    "yarn-attention-factor",
                    new Case(new RopeBase(10_000, 64, 8192), new YarnScaling(2, 4096, 32, 1, true, 1.3))),
            Map.entry("llama3", new Case(new RopeBase(500_000, 128, 131_072), new Llama3Scaling(8, 1, 4, 8192))),
            Map.entry("llama3-64-32", new Case(new RopeBase(500_000, 64, 131_072), new Llama3Scaling(32, 1, 4, 8192))),
            Map.entry("llama3-odd", new Case(new RopeBase(10_000, 80, 4096), new Llama3Scaling(3.3, 1.1, 5.7, 700))),
            Map.entry(
                    "longrope",
                    new Case(
                            new RopeBase(10_000, 64, 131_072),
                            new LongRopeScaling(
                                    list(SHORT), list(LONG), 4096, LongRopeScaling.attentionFactor(32, 4096)))),
            Map.entry(
                    "longrope-attention-factor",
                    new Case(
                            new RopeBase(10_000, 64, 8192), new LongRopeScaling(list(SHORT), list(LONG), 4096, 1.19))));

    private static List<Double> list(double[] values) {
        return DoubleStream.of(values).boxed().toList();
    }

    private record Line(String name, int length, double attentionFactor, List<Float> frequencies) {
        static Line of(String text) {
            String[] fields = text.split("\t", -1);
            List<Float> frequencies = Stream.of(fields[3].split(" ", -1))
                    .map(bits -> Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16)))
                    .toList();
            return new Line(fields[0], Integer.parseInt(fields[1]), Double.parseDouble(fields[2]), frequencies);
        }
    }

    private static List<Line> lines() throws IOException {
        try (InputStream in = ScalingTest.class.getResourceAsStream("frequencies.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Line::of)
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> frequenciesAreThoseOfTransformers() throws IOException {
        return lines().stream()
                .map(line -> DynamicTest.dynamicTest(line.name() + " at " + line.length(), () -> {
                    Case wanted = CASES.get(line.name());
                    Frequencies frequencies = wanted.scaling().frequencies(wanted.base());
                    assertEquals(line.attentionFactor(), frequencies.attentionFactor(), 1e-15);
                    int variant = Math.clamp(line.length() - frequencies.after(), 0, frequencies.variants() - 1);
                    float[] found = frequencies.variant(variant);
                    assertEquals(line.frequencies().size(), found.length);
                    int ulps = wanted.scaling() instanceof DynamicScaling ? 2 : 1;
                    for (int i = 0; i < found.length; i++) {
                        float expected = line.frequencies().get(i);
                        assertEquals(expected, found[i], ulps * Math.ulp(expected), "pair " + i);
                    }
                }));
    }

    @Test
    void theFixtureHoldsEveryCase() throws IOException {
        Set<String> names = new HashSet<>();
        lines().forEach(line -> names.add(line.name()));
        assertEquals(CASES.keySet(), names);
    }

    @Test
    void everyScalingSurvivesThePlainTree() {
        for (Case one : CASES.values()) {
            assertEquals(one.scaling(), ScalingCodec.read(ScalingCodec.write(one.scaling())));
        }
    }

    @Test
    void everyScalingFitsItsBase() {
        InvalidLayer.Check check = InvalidLayer.check();
        CASES.values().forEach(one -> one.scaling().check(check, one.base()));
        check.done();
    }

    @Test
    void dynamicScalingRefusesATableOfAbsurdSize() {
        InvalidLayer.Check check = InvalidLayer.check();
        new DynamicScaling(2, 2048).check(check, new RopeBase(10_000, 128, 1 << 30));
        InvalidLayer invalid = assertThrows(InvalidLayer.class, check::done);
        assertTrue(invalid.getMessage().startsWith("rope.scaling: the frequencies of 64 pairs"), invalid.getMessage());
    }
}
