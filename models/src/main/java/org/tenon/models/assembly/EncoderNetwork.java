package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.StepInput;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * An encoder compiled for a backend: fill the inputs, run, read hidden states and heads. A step holds sequences whole. Used from one thread at a time;
 * {@link #close} comes last and leaves the backend open.
 */
public final class EncoderNetwork implements AutoCloseable {
    /** What a shape counts beside the rows of each head: rows, sequences, rows of one sequence. */
    private static final int COUNTS = 3;

    private final List<String> heads;
    private final List<Boolean> ofFirstRow; // [heads]
    private final int longest;
    private final int[] most; // rows, sequences, rows of one sequence, rows of each head
    private final List<Extent> extents; // of the same
    private final Runner runner;
    private final Arena arena = Arena.ofShared();
    private final Map<StepInput, Input> inputs = new HashMap<>();
    private final Output hidden;
    private final List<Output> outputs = new ArrayList<>(); // [heads]
    private final Map<List<Integer>, StepShape> shapes = new HashMap<>();

    private EncoderNetwork(Blueprint blueprint, Network.Bounds bounds, Runner runner, NetworkWriter.Encoder written) {
        this.heads = List.copyOf(written.heads().keySet());
        this.ofFirstRow = blueprint.heads().values().stream()
                .map(head -> head.declaration().ofFirstRow())
                .toList();
        this.longest = longest(blueprint, bounds);
        this.most = most(blueprint, bounds);
        this.extents = extents(blueprint);
        this.runner = runner;
        StepShape largest = written.program().bounds();
        written.inputs().forEach((key, tensor) -> {
            Optional<Buffer> place = runner.uses(tensor) ? Optional.of(runner.place(tensor)) : Optional.empty();
            inputs.put(key, new Input(tensor, place, largest, arena));
        });
        this.hidden = new Output(runner.place(written.hidden()), arena);
        for (Tensor head : written.heads().values()) {
            outputs.add(new Output(runner.place(head), arena));
        }
    }

    /**
     * Compiles an encoder.
     *
     * @param blueprint its architecture, an encoder's
     * @param weights where each parameter comes from, by path, of the declared shape
     * @param backend where to run it; stays the caller's
     * @param numerics the precision that the backend was opened with
     * @param bounds the largest step: rows and sequences count
     * @param progress hears how far it has come
     * @return the network; the caller closes it
     * @throws org.tenon.api.TenonException when the backend lacks kernels or memory
     */
    public static EncoderNetwork build(
            Blueprint blueprint,
            Function<String, WeightSource> weights,
            Backend backend,
            Numerics numerics,
            Network.Bounds bounds,
            Runner.Progress progress) {
        StepShape largest = shape(extents(blueprint), most(blueprint, bounds));
        NetworkWriter.Encoder written = new NetworkWriter(blueprint, weights, numerics, bounds, largest).writeEncoder();
        Runner runner = Runner.of(written.program(), backend, progress);
        try {
            return new EncoderNetwork(blueprint, bounds, runner, written);
        } catch (RuntimeException | Error failure) {
            runner.close();
            throw failure;
        }
    }

    private static Axis axis(Blueprint blueprint) {
        return blueprint.stacks().getFirst().axis();
    }

    /** The most rows that a sequence can have. */
    private static int longest(Blueprint blueprint, Network.Bounds bounds) {
        return Math.min(bounds.rows(), blueprint.spec().context());
    }

    private static List<Extent> extents(Blueprint blueprint) {
        Axis axis = axis(blueprint);
        List<Extent> extents = new ArrayList<>(List.of(axis.rows(), axis.sequences(), axis.query()));
        blueprint.heads().keySet().forEach(head -> extents.add(axis.outputs(head)));
        return extents;
    }

    private static int[] most(Blueprint blueprint, Network.Bounds bounds) {
        List<LayerNode<?>> heads = List.copyOf(blueprint.heads().values());
        int[] most = new int[COUNTS + heads.size()];
        most[0] = bounds.rows();
        most[1] = bounds.sequences();
        most[2] = longest(blueprint, bounds);
        for (int head = 0; head < heads.size(); head++) {
            most[COUNTS + head] = heads.get(head).declaration().ofFirstRow() ? bounds.sequences() : bounds.rows();
        }
        return most;
    }

    private static StepShape shape(List<Extent> extents, int[] sizes) {
        Map<Extent, Integer> shape = new HashMap<>();
        for (int i = 0; i < sizes.length; i++) {
            shape.put(extents.get(i), sizes[i]);
        }
        return new StepShape(shape);
    }

    /** {@return the names of the heads, in the order in which they are counted} */
    public List<String> heads() {
        return heads;
    }

    /**
     * Whether a head is applied to the first row of each sequence alone.
     *
     * @param head which, from 0
     * @return whether it is
     */
    public boolean ofFirstRow(int head) {
        return ofFirstRow.get(head);
    }

    /** {@return the most rows that a sequence can have: entries in a row of the members} */
    public int longest() {
        return longest;
    }

    /**
     * The host's side of an input.
     *
     * @param input which
     * @return the input, or nothing where no layer reads it
     */
    public Optional<Input> input(StepInput input) {
        return Optional.ofNullable(inputs.get(input));
    }

    /**
     * The shape of a step, rounded up to a bucket. The caller fills what the rounding adds with padding.
     *
     * @param rows rows in the step
     * @param sequences sequences in the step
     * @param query the most rows that one sequence has
     * @param wanted for each of {@link #heads}, the rows that it is applied to
     * @return the shape; the same object for the same bucket
     */
    public StepShape shape(int rows, int sequences, int query, int[] wanted) {
        int[] sizes = new int[most.length];
        sizes[0] = Shapes.bucket("rows", rows, most[0], 1);
        sizes[1] = Shapes.bucket("sequences", sequences, most[1], 1);
        sizes[2] = Shapes.bucket("rows of one sequence", query, most[2], 1);
        for (int head = 0; head < wanted.length; head++) {
            sizes[COUNTS + head] = Shapes.bucket("outputs of " + heads.get(head), wanted[head], most[COUNTS + head], 1);
        }
        return shapes.computeIfAbsent(Arrays.stream(sizes).boxed().toList(), _ -> shape(extents, sizes));
    }

    /**
     * Uploads the inputs, runs a step, and waits for it.
     *
     * @param shape what {@link #shape} gave
     */
    public void run(StepShape shape) {
        inputs.values().forEach(input -> input.upload(runner.queue(), shape));
        runner.run(shape);
        runner.queue().finish();
    }

    /**
     * The last hidden state of a row of the last step.
     *
     * @param row which row
     * @return F32 {@code [hidden]}, a new array
     */
    public float[] hidden(int row) {
        return read(hidden, row);
    }

    /**
     * An output of a head in the last step.
     *
     * @param head which, from 0
     * @param output which of the rows that it was applied to
     * @return F32 {@code [width of the head]}, a new array
     */
    public float[] head(int head, int output) {
        return read(outputs.get(head), output);
    }

    private float[] read(Output output, int row) {
        float[] values = new float[output.width()];
        output.read(runner.queue(), row, values);
        return values;
    }

    /** Gives memory back. Idempotent. */
    @Override
    public void close() {
        runner.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
