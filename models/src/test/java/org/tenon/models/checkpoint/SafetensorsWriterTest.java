package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.elements;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.weight;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Access.class)
    void theBytesAreThoseOfTheReference(Access access) throws IOException {
        Path original = resource("safetensors/types.safetensors");
        Path copy = folder.resolve("copy.safetensors");
        try (Safetensors file = Safetensors.open(original, access)) {
            Map<String, WeightSource> tensors = new LinkedHashMap<>();
            file.tensors().keySet().stream().sorted().forEach(name -> tensors.put(name, file.tensor(name)));
            SafetensorsWriter.write(copy, tensors, file.metadata());
        }
        assertArrayEquals(Files.readAllBytes(original), Files.readAllBytes(copy));
    }

    @Test
    void weightsOfManyPanelsAndNoRowsAreWritten() {
        int rows = 5_000;
        float[] values = new float[rows * 300]; // 6 MB: two panels
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path path = folder.resolve("large.safetensors");
        SafetensorsWriter.write(
                path,
                Map.of("large", weight("x", Shape.of(rows, 300), values), "none", weight("y", Shape.of(0, 7))),
                Map.of());
        try (Safetensors file = Safetensors.open(path)) {
            assertArrayEquals(values, elements(file.tensor("large")));
            assertEquals(Shape.of(0, 7), file.tensor("none").shape());
            assertEquals(Map.of(), file.metadata());
        }
    }

    @Test
    void namesOfAnyCharactersComeBack() {
        Path path = folder.resolve("names.safetensors");
        List<String> names = List.of("", "a \"b\"\\", "Ωß\n\u0001", "😀", "\uE000");
        Map<String, WeightSource> tensors = new LinkedHashMap<>();
        names.forEach(name -> tensors.put(name, weight(name, Shape.of(1), names.indexOf(name))));
        SafetensorsWriter.write(path, tensors, Map.of("k", "\u0007\u2028"));
        try (Safetensors file = Safetensors.open(path)) {
            assertEquals(tensors.keySet(), file.tensors().keySet());
            names.forEach(name -> assertArrayEquals(new float[] {names.indexOf(name)}, elements(file.tensor(name))));
            assertEquals(Map.of("k", "\u0007\u2028"), file.metadata());
        }
    }

    @Test
    void aFileMayReplaceTheOneThatItIsReadFrom() {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter.write(path, Map.of("a", weight("a", Shape.of(2), 1, 2)), Map.of());
        try (Safetensors old = Safetensors.open(path)) {
            SafetensorsWriter.write(path, Map.of("b", old.tensor("a")), Map.of());
            assertArrayEquals(new float[] {1, 2}, elements(old.tensor("a")));
        }
        try (Safetensors replaced = Safetensors.open(path)) {
            assertArrayEquals(new float[] {1, 2}, elements(replaced.tensor("b")));
        }
    }

    @Test
    void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter.write(path, Map.of("a", weight("a", Shape.of(1), 1)), Map.of());
        byte[] before = Files.readAllBytes(path);
        WeightSource good = weight("a", Shape.of(1), 1);
        WeightSource broken = new WeightSource() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public DType type() {
                return DType.F32;
            }

            @Override
            public Shape shape() {
                return Shape.of(1);
            }

            @Override
            public void read(long row, long rows, MemorySegment target) {
                throw new InvalidCheckpoint(Path.of("elsewhere"), "has become shorter");
            }
        };
        assertRefused(
                () -> SafetensorsWriter.write(path, Map.of("a", good, "b", broken), Map.of()), "has become shorter");
        assertArrayEquals(before, Files.readAllBytes(path));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
    }

    @Test
    void whatTheFormatCannotHoldIsRefused() {
        Path path = folder.resolve("model.safetensors");
        DType blocks = new DType("Q9_Z", 32, 17, true, DType.F32.codec());
        WeightSource quantised = new WeightSource() {
            @Override
            public String name() {
                return "q";
            }

            @Override
            public DType type() {
                return blocks;
            }

            @Override
            public Shape shape() {
                return Shape.of(32);
            }

            @Override
            public void read(long row, long rows, MemorySegment target) {
                throw new UnsupportedOperationException();
            }
        };
        WeightSource one = weight("a", Shape.of(1), 1);
        assertRefused(
                () -> SafetensorsWriter.write(path, Map.of("q", quantised), Map.of()),
                path.toString(),
                "\"q\"",
                "Q9_Z");
        assertRefused(
                () -> SafetensorsWriter.write(path, Map.of("__metadata__", one), Map.of()),
                path.toString(),
                "\"__metadata__\"");
        assertRefused(() -> SafetensorsWriter.write(path, Map.of("\uD800", one), Map.of()), path.toString(), "Unicode");
        assertRefused(
                () -> SafetensorsWriter.write(path, Map.of("a", one), Map.of("key", "\uDC00")),
                path.toString(),
                "Unicode");
        assertRefused(
                () -> SafetensorsWriter.write(folder.resolve("no/such/file"), Map.of("a", one), Map.of()),
                "no/such/file",
                "can't be written");
    }
}
