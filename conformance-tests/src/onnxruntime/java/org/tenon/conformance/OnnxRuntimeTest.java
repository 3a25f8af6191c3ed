package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Activation;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.CaseWriter;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.cases.Lie;
import org.tenon.conformance.cases.Values;
import org.tenon.conformance.onnx.OnnxCases;
import org.tenon.conformance.onnx.Softmax;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.trial.Judge;

/** ONNX Runtime gives what the suite's oracles say, within the bounds of F32, on shapes of our own choosing. */
class OnnxRuntimeTest {
    private static final Judge JUDGE = new Judge(OnnxCases.with(Oracles.standard()), Precision.F32);

    /** What ONNX Runtime computes. */
    private static float[] run(OnnxGraph graph, Map<String, Given> inputs) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try (OrtSession session = environment.createSession(graph.bytes())) {
            for (Map.Entry<String, Given> input : inputs.entrySet()) {
                tensors.put(input.getKey(), tensor(environment, input.getValue()));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                return values;
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, Given given) throws OrtException {
        float[] values = new float[given.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) given.value(i);
        }
        long[] shape = given.shape().dims().stream()
                .mapToLong(dim -> dim.size(StepShape.NONE))
                .toArray();
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }

    /** The oracle says the same, and would not if a number were another. */
    private static void agree(Case each, float[] values) {
        double[] published = new double[values.length];
        Arrays.setAll(published, i -> values[i]);
        assertEquals(values.length, judged(each, published).count());
        published[values.length / 2] += 0.1;
        assertThrows(IllegalStateException.class, () -> judged(each, published));
    }

    private static Exact judged(Case each, double[] published) {
        Given given = new Given(DType.F32, each.inferred().getFirst().shape(), Lie.DENSE, published);
        return JUDGE.expected(new Case(
                        each.id(), each.op(), each.in(), each.outputs(), each.step(), each.most(), Optional.of(given)))
                .getFirst();
    }

    private static CaseWriter writer(Object... id) {
        return new CaseWriter(Lie.DENSE, id);
    }

    @ParameterizedTest
    @CsvSource({"1,64,64", "7,100,19", "33,515,67", "128,256,96"})
    void matMul(int m, int k, int n) throws OrtException {
        CaseWriter writer = writer("MatMul", m, k, n);
        Given a = writer.floats(DType.F32, Shape.of(m, k), Values.PLAIN);
        Given b = writer.floats(DType.F32, Shape.of(k, n), Values.PLAIN);
        OnnxGraph graph = new OnnxGraph()
                .input("a", m, k)
                .input("b", k, n)
                .node("MatMul", "y", Map.of(), "a", "b")
                .output("y", m, n);
        agree(
                writer.of(new MatMul(false), new MatMul.In<>(a, b, Optional.empty())),
                run(graph, Map.of("a", a, "b", b)));
    }

    @ParameterizedTest
    @CsvSource({"1,64,64", "13,200,31", "65,96,257"})
    void gemm(int rows, int in, int out) throws OrtException {
        CaseWriter writer = writer("Gemm", rows, in, out);
        Given x = writer.floats(DType.F32, Shape.of(rows, in), Values.PLAIN);
        Given weight = writer.weight(DType.F32, Shape.of(out, in), Values.PLAIN);
        Given bias = writer.weight(DType.F32, Shape.of(out), Values.PLAIN);
        OnnxGraph graph = new OnnxGraph()
                .input("x", rows, in)
                .input("w", out, in)
                .input("c", out)
                .node("Gemm", "y", Map.of("transB", 1), "x", "w", "c")
                .output("y", rows, out);
        agree(
                writer.of(new Linear(DType.F32), new Linear.In<>(x, List.of(weight), Optional.of(bias))),
                run(graph, Map.of("x", x, "w", weight, "c", bias)));
    }

    @ParameterizedTest
    @CsvSource({"none,1,7", "none,13,257", "tanh,13,257"})
    void gelu(String approximate, int rows, int width) throws OrtException {
        CaseWriter writer = writer("Gelu", approximate, rows, width);
        Given x = writer.floats(DType.F32, Shape.of(rows, width), Values.PLAIN);
        OnnxGraph graph = new OnnxGraph()
                .input("x", rows, width)
                .node("Gelu", "y", Map.of("approximate", approximate), "x")
                .output("y", rows, width);
        Activation activation = approximate.equals("tanh") ? Activation.GELU_TANH : Activation.GELU;
        agree(writer.of(new Activate(activation), new Activate.In<>(x)), run(graph, Map.of("x", x)));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "5,17", "33,1000"})
    void softmax(int rows, int width) throws OrtException {
        CaseWriter writer = writer("Softmax", rows, width);
        Given x = writer.floats(DType.F32, Shape.of(rows, width), Values.PLAIN);
        OnnxGraph graph = new OnnxGraph()
                .input("x", rows, width)
                .node("Softmax", "y", Map.of("axis", -1), "x")
                .output("y", rows, width);
        agree(writer.of(new Softmax(), new Softmax.In<>(x)), run(graph, Map.of("x", x)));
    }

    @ParameterizedTest
    @CsvSource({"1,17", "9,64", "3,2049"})
    void rmsNorm(int rows, int width) throws OrtException {
        CaseWriter writer = writer("RmsNorm", rows, width);
        Given x = writer.floats(DType.F32, Shape.of(rows, width), Values.PLAIN);
        Given weight = writer.weight(DType.F32, Shape.of(width), Values.PLAIN);
        OnnxGraph graph = new OnnxGraph()
                .input("x", rows, width)
                .input("w", width)
                .node("SimplifiedLayerNormalization", "y", Map.of("axis", -1, "epsilon", 1e-5f), "x", "w")
                .output("y", rows, width);
        agree(
                writer.of(new RmsNorm(1e-5f, DType.F32), new RmsNorm.In<>(x, weight)),
                run(graph, Map.of("x", x, "w", weight)));
    }

    /** One head over all of its keys, as two products with a softmax between them; each query is a sequence of its own. */
    @Test
    void attention() throws OrtException {
        int queries = 9;
        int keys = 37;
        int width = 24;
        CaseWriter writer = writer("Attention").sequences(queries, keys);
        Given q = writer.floats(DType.F32, Shape.of(queries, 1, width), Values.PLAIN);
        Given k = writer.floats(DType.F32, Shape.of(1, 1, keys, width), Values.PLAIN);
        Given v = writer.floats(DType.F32, Shape.of(1, 1, keys, width), Values.PLAIN);
        double scale = 0.25;
        Case each = writer.of(
                new Attention(scale, new Visibility.Causal(), CaseWriter.KEYS),
                new Attention.In<>(
                        q,
                        k,
                        v,
                        writer.integers(Shape.of(queries, 1), _ -> 0),
                        writer.integers(Shape.of(queries), _ -> 0),
                        writer.integers(Shape.of(queries), _ -> keys),
                        writer.integers(Shape.of(queries), i -> i),
                        writer.integers(Shape.of(queries), _ -> keys - 1)));
        OnnxGraph graph = new OnnxGraph()
                .input("q", queries, width)
                .input("k", keys, width)
                .input("v", keys, width)
                .node("Gemm", "scores", Map.of("transB", 1, "alpha", (float) scale), "q", "k")
                .node("Softmax", "weights", Map.of("axis", -1), "scores")
                .node("MatMul", "y", Map.of(), "weights", "v")
                .output("y", queries, width);
        agree(
                each,
                run(
                        graph,
                        Map.of(
                                "q", matrix(q, queries, width),
                                "k", matrix(k, keys, width),
                                "v", matrix(v, keys, width))));
    }

    private static Given matrix(Given given, int rows, int columns) {
        double[] values = new double[given.count()];
        Arrays.setAll(values, given::value);
        return new Given(given.type(), Shape.of(rows, columns), Lie.DENSE, values);
    }
}
