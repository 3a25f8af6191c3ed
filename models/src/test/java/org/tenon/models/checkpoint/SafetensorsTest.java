package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.models.checkpoint.Fixtures.assertRefused;
import static org.tenon.models.checkpoint.Fixtures.elements;
import static org.tenon.models.checkpoint.Fixtures.entry;
import static org.tenon.models.checkpoint.Fixtures.resource;
import static org.tenon.models.checkpoint.Fixtures.safetensors;
import static org.tenon.models.checkpoint.Fixtures.write;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;

class SafetensorsTest {
    @TempDir
    Path folder;

    /** The reference wrote both files: every type, and what PyTorch and NumPy convert it to. NaN payloads are free. */
    @ParameterizedTest
    @EnumSource(Access.class)
    void everyTypeReadsAsTheReferenceConvertsIt(Access access) {
        try (Safetensors types = Safetensors.open(resource("safetensors/types.safetensors"), access);
                Safetensors floats = Safetensors.open(resource("safetensors/types-as-f32.safetensors"))) {
            Set<String> readable = new TreeSet<>();
            for (SafetensorsType type : SafetensorsType.values()) {
                type.type().ifPresent(known -> readable.add(known.name()));
            }
            assertEquals(readable, new TreeSet<>(types.tensors().keySet()), "the fixture has every type that is read");
            for (String name : readable) {
                assertEquals(name, types.tensor(name).type().name());
                assertArrayEquals(elements(floats.tensor(name)), elements(types.tensor(name)), name);
            }
        }
    }

    @Test
    void integersAndDoublesAreStoredToTheNearestValueInTheirRange() {
        float[] values = {0, 1, -1, 2.5f, 3.5f, 200, 70_000, 5e9f, 2e19f, -3e9f, Float.NaN};
        assertStored(values, "U8", 0, 1, 0, 2, 4, 200, 255, 255, 255, 0, 0);
        assertStored(values, "I8", 0, 1, -1, 2, 4, 127, 127, 127, 127, -128, 0);
        assertStored(values, "U16", 0, 1, 0, 2, 4, 200, 65535, 65535, 65535, 0, 0);
        assertStored(values, "I16", 0, 1, -1, 2, 4, 200, 32767, 32767, 32767, -32768, 0);
        assertStored(values, "U32", 0, 1, 0, 2, 4, 200, 70_000, 0x1p32f, 0x1p32f, 0, 0);
        assertStored(values, "I64", 0, 1, -1, 2, 4, 200, 70_000, 5e9f, 0x1p63f, -3e9f, 0);
        assertStored(values, "U64", 0, 1, 0, 2, 4, 200, 70_000, 5e9f, 0x1p64f, 0, 0);
        assertStored(values, "F64", values);
        assertStored(values, "BOOL", 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertStored(new float[] {0x1.8p63f}, "U64", 0x1.8p63f);
    }

    private static void assertStored(float[] values, String type, float... expected) {
        DType stored = SafetensorsType.valueOf(type).type().orElseThrow();
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) stored.bytes(values.length)]);
        stored.codec().encode(values, 0, values.length, bytes, 0);
        float[] back = new float[values.length];
        stored.codec().decode(bytes, 0, back, 0, back.length);
        assertArrayEquals(expected, back, type);
    }

    @Test
    void scalarsAndEmptyTensorsAreRead() {
        try (Safetensors odd = Safetensors.open(resource("safetensors/odd.safetensors"))) {
            assertEquals(List.of(), odd.tensors().get("scalar").sizes());
            assertEquals(Shape.of(1), odd.tensor("scalar").shape());
            assertArrayEquals(new float[] {2.5f}, elements(odd.tensor("scalar")));
            assertEquals(Shape.of(0, 3), odd.tensor("empty_rows").shape());
            assertArrayEquals(new float[0], elements(odd.tensor("empty_rows")));
            assertEquals(Shape.of(3, 0), odd.tensor("empty_columns").shape());
            assertArrayEquals(new float[0], elements(odd.tensor("empty_columns")));
            assertEquals(0, odd.tensor("empty_columns").mapped().orElseThrow().byteSize());
        }
    }

    @Test
    void whatTenonCannotComputeWithIsListedAndRefusedOnUse() {
        Path file = resource("safetensors/odd.safetensors");
        try (Safetensors odd = Safetensors.open(file)) {
            assertEquals(List.of(2L, 2L, 2L, 2L, 2L), odd.tensors().get("rank5").sizes());
            assertEquals(32, odd.tensors().get("rank5").elements());
            assertRefused(() -> odd.tensor("rank5"), file.toString(), "\"rank5\"", "at most 4 dimensions");
            assertRefused(() -> odd.tensor("complex"), file.toString(), "\"complex\"", "C64");
            assertRefused(() -> odd.tensor("fp4"), file.toString(), "\"fp4\"", "F4");
            assertRefused(() -> odd.tensor("nothing"), file.toString(), "\"nothing\"", "isn't there");
        }
    }

    @Test
    void metadataIsRead() {
        try (Safetensors odd = Safetensors.open(resource("safetensors/odd.safetensors"));
                Safetensors none = Safetensors.open(resource("safetensors/types-as-f32.safetensors"))) {
            assertEquals(Map.of("author", "Grüße", "format", "pt"), odd.metadata());
            assertEquals(Map.of(), none.metadata());
        }
    }

    @Test
    void tensorsAreListedInTheOrderOfTheirBytes() {
        String header = "{" + entry("b", "U8", "[2]", "[2,4]") + "," + entry("none", "U8", "[0]", "[2,2]") + ","
                + entry("a", "U8", "[2]", "[0,2]") + "}";
        try (Safetensors file = Safetensors.open(write(folder.resolve("order.safetensors"), safetensors(header, 4)))) {
            assertEquals(
                    List.of("a", "none", "b"), new ArrayList<>(file.tensors().keySet()));
            assertArrayEquals(new float[] {2, 3}, elements(file.tensor("b")));
        }
    }

    @ParameterizedTest
    @EnumSource(Access.class)
    void rowsAreReadFromTheMiddle(Access access) {
        String header = "{" + entry("w", "U8", "[2,2,3]", "[0,12]") + "}";
        Path path = write(folder.resolve("rows.safetensors"), safetensors(header, 12));
        try (Safetensors file = Safetensors.open(path, access)) {
            WeightSource weight = file.tensor("w");
            assertEquals(4, weight.rows());
            byte[] middle = new byte[6];
            weight.read(1, 2, MemorySegment.ofArray(middle));
            assertArrayEquals(new byte[] {3, 4, 5, 6, 7, 8}, middle);
            byte[] untouched = new byte[4];
            Arrays.fill(untouched, (byte) 9);
            weight.read(3, 1, MemorySegment.ofArray(untouched));
            assertArrayEquals(new byte[] {9, 10, 11, 9}, untouched);
            assertThrows(
                    IndexOutOfBoundsException.class, () -> weight.read(3, 2, MemorySegment.ofArray(new byte[100])));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> weight.read(-1, 1, MemorySegment.ofArray(new byte[100])));
        }
    }

    @Test
    void aMappedTensorLiesInMemoryAndACopiedOneDoesNot() {
        Path path = resource("safetensors/odd.safetensors");
        try (Safetensors mapped = Safetensors.open(path);
                Safetensors copied = Safetensors.open(path, Access.COPIED)) {
            MemorySegment scalar = mapped.tensor("scalar").mapped().orElseThrow();
            assertEquals(2.5f, scalar.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
            assertEquals(4, scalar.byteSize());
            assertTrue(scalar.isReadOnly());
            assertFalse(copied.tensor("scalar").mapped().isPresent());
        }
    }

    @ParameterizedTest
    @EnumSource(Access.class)
    void aClosedFileSaysSo(Access access) {
        Path path = resource("safetensors/odd.safetensors");
        Safetensors file = Safetensors.open(path, access);
        WeightSource scalar = file.tensor("scalar");
        file.close();
        file.close();
        assertRefused(() -> elements(scalar), path.toString(), "is closed");
    }

    @Test
    void spacesBehindTheHeaderAndFieldsOfALaterFormatAreAccepted() {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"later\":{\"x\":[1]}}}   \n";
        try (Safetensors file = Safetensors.open(write(folder.resolve("later.safetensors"), safetensors(header, 1)))) {
            assertEquals(Set.of("a"), file.tensors().keySet());
        }
    }

    @Test
    void aFileWithoutTensorsIsAFile() {
        try (Safetensors file = Safetensors.open(write(folder.resolve("empty.safetensors"), safetensors("{}", 0)))) {
            assertEquals(Map.of(), file.tensors());
        }
    }
}
