package org.tenon.conformance.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.config.Config;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.trial.Scalars;
import org.tenon.models.checkpoint.Json;

/** The file that {@code src/main/python/onnx_cases.py} has written. */
final class OnnxFile {
    private static final Map<String, DType> TYPES =
            Map.of("F32", DType.F32, "BF16", DType.BF16, "F16", DType.F16, "I32", DType.I32);

    private OnnxFile() {}

    static List<OnnxCase> read() {
        MemorySegment data = MemorySegment.ofArray(bytes("cases.bin"));
        return Json.parse("cases.json", bytes("cases.json")).list("cases").stream()
                .map(each -> read(each, data))
                .toList();
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Optional.ofNullable(OnnxFile.class.getResourceAsStream(name))
                .orElseThrow(() -> new IllegalStateException("the jar lacks " + name))) {
            return in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static OnnxCase read(Config each, MemorySegment data) {
        Map<Integer, OnnxTensor> inputs = new HashMap<>();
        each.list("inputs").forEach(input -> inputs.put(Integer.parseInt(input.text("name")), tensor(input, data)));
        return new OnnxCase(
                each.text("name").replaceFirst("^test_", ""),
                each.text("op"),
                each.child("attributes"),
                Map.copyOf(inputs),
                tensor(each.child("output"), data));
    }

    private static OnnxTensor tensor(Config entry, MemorySegment data) {
        DType type = Optional.ofNullable(TYPES.get(entry.text("type"))).orElseThrow();
        int[] shape = entry.list("shape").stream().mapToInt(Config::asInteger).toArray();
        int count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        double[] values = new double[count];
        Arrays.setAll(values, i -> Scalars.get(type, data, entry.integer("offset") + type.bytes(i)));
        return new OnnxTensor(type, shape, values);
    }
}
