package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.StepInput;
import org.tenon.api.program.KernelListener;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.StepShape;
import org.tenon.models.assembly.Input;
import org.tenon.models.assembly.Network;

/** A compiled network as the engine sees it: fills its inputs, and the padding that a step's shape adds. */
final class NetworkComputation implements Computation {
    private static final Axis AXIS = Axis.TOKENS;

    private final Network network;
    private final Runnable release;
    private final Optional<Input> ids;
    private final Optional<Input> positions;
    private final Optional<Input> sequence;
    private final Optional<Input> lengths;
    private final Optional<Input> outputs;
    private final List<Input> tables = new ArrayList<>();
    private final List<Input> bases = new ArrayList<>();
    private final List<Input> slots = new ArrayList<>();

    /** The network; {@code release} gives back what lies below it, after it. */
    NetworkComputation(Network network, int entries, Runnable release) {
        this.network = network;
        this.release = release;
        this.ids = network.input(StepInput.ids(AXIS));
        this.positions = network.input(StepInput.positions(AXIS));
        this.sequence = network.input(StepInput.sequence(AXIS));
        this.lengths = network.input(StepInput.lengths(AXIS));
        this.outputs = network.input(StepInput.outputs(AXIS));
        for (KeyGroup group : network.groups()) {
            network.input(StepInput.table(group, entries)).ifPresent(tables::add);
            network.input(StepInput.bases(group)).ifPresent(bases::add);
            network.input(StepInput.slots(group)).ifPresent(slots::add);
        }
    }

    @Override
    public void run(StepRows step) {
        StepShape shape = network.shape(step.rows(), step.sequences(), step.query(), step.outputs(), step.keys());
        int rows = shape.size(AXIS.rows());
        int sequences = shape.size(AXIS.sequences());
        fill(ids, step.ids, step.rows(), rows, -1);
        fill(positions, step.positions, step.rows(), rows, 0);
        fill(sequence, step.sequence, step.rows(), rows, -1);
        fill(lengths, step.lengths, step.sequences(), sequences, 0);
        fill(outputs, step.outputs, step.outputs(), shape.size(AXIS.outputs()), -1);
        for (int i = 0; i < tables.size(); i++) {
            fill(tables.get(i), step.table, step.sequences() * step.entries, sequences * step.entries, -1);
        }
        for (int i = 0; i < bases.size(); i++) {
            bases.get(i).fill(0, sequences, 0);
        }
        for (int i = 0; i < slots.size(); i++) {
            fill(slots.get(i), step.slots, step.rows(), rows, -1);
        }
        network.run(shape);
    }

    private static void fill(Optional<Input> input, int[] values, int count, int padded, int padding) {
        if (input.isPresent()) {
            fill(input.get(), values, count, padded, padding);
        }
    }

    private static void fill(Input input, int[] values, int count, int padded, int padding) {
        for (int i = 0; i < count; i++) {
            input.set(i, values[i]);
        }
        input.fill(count, padded, padding);
    }

    @Override
    public void logits(int output, float[] target) {
        network.logits(output, target);
    }

    @Override
    public void clear(int block) {
        for (KeyGroup group : network.groups()) {
            network.clear(group, block);
        }
    }

    @Override
    public void listen(KernelListener listener) {
        network.listen(listener);
    }

    @Override
    public void listenNoMore() {
        network.listenNoMore();
    }

    @Override
    public void close() {
        try {
            network.close();
        } finally {
            release.run();
        }
    }
}
