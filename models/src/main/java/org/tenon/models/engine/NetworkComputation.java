package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Roof;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.StepInput;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.program.KernelListener;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.StepShape;
import org.tenon.models.assembly.Input;
import org.tenon.models.assembly.Network;

/** A compiled network as the engine sees it: fills its inputs, and the padding that a step's shape adds. */
final class NetworkComputation implements Computation {
    private static final Axis AXIS = Axis.TOKENS;
    private static final Extent ROWS = AXIS.rows();
    private static final Extent SEQUENCES = AXIS.sequences();
    private static final Extent OUTPUTS = AXIS.outputs();

    private final Network network;
    private final Runnable release;
    private final Optional<Input> ids;
    private final Optional<Input> positions;
    private final Optional<Input> sequence;
    private final Optional<Input> lengths;
    private final Optional<Input> outputs;
    private final Optional<Input> reads;
    private final Optional<Input> writes;
    private final Optional<SourceInputs> source;
    private final List<KeyGroup> groups;
    private final List<Optional<Input>> crossLengths = new ArrayList<>(); // of the groups whose keys are an encoder's
    private final List<Optional<Input>> tables = new ArrayList<>(); // [groups]
    private final List<Optional<Input>> bases = new ArrayList<>(); // [groups]
    private final List<Optional<Input>> slots = new ArrayList<>(); // [groups]
    private final Extent[] slotRows; // [groups]

    /** The network; {@code release} gives back what lies below it, after it. */
    NetworkComputation(Network network, Runnable release) {
        this.network = network;
        this.release = release;
        this.ids = network.input(StepInput.ids(AXIS));
        this.positions = network.input(StepInput.positions(AXIS));
        this.sequence = network.input(StepInput.sequence(AXIS));
        this.lengths = network.input(StepInput.lengths(AXIS));
        this.outputs = network.input(StepInput.outputs(AXIS));
        this.reads = network.input(StepInput.stateReads(AXIS));
        this.writes = network.input(StepInput.stateWrites(AXIS));
        this.source = network.blueprint().source().map(axis -> SourceInputs.of(network, axis));
        this.groups = network.groups();
        this.slotRows = groups.stream().map(group -> group.source().rows()).toArray(Extent[]::new);
        for (KeyGroup group : groups) {
            if (group.crosses()) {
                crossLengths.add(network.input(StepInput.lengths(group)));
            }
            tables.add(network.input(
                    StepInput.table(group, network.bounds().cache(group).entries())));
            bases.add(network.input(StepInput.bases(group)));
            slots.add(network.input(StepInput.slots(group)));
        }
    }

    /** What the encoder is told of the sequences that it computes. */
    private record SourceInputs(
            Extent rowCount,
            Extent sequenceCount,
            Optional<Input> ids,
            Optional<Input> positions,
            Optional<Input> sequence,
            Optional<Input> lengths,
            Optional<Input> members,
            int longest) {
        static SourceInputs of(Network network, Axis axis) {
            int longest =
                    Math.min(network.bounds().rows(), network.blueprint().spec().context());
            return new SourceInputs(
                    axis.rows(),
                    axis.sequences(),
                    network.input(StepInput.ids(axis)),
                    network.input(StepInput.positions(axis)),
                    network.input(StepInput.sequence(axis)),
                    network.input(StepInput.lengths(axis)),
                    network.input(StepInput.members(axis, longest)),
                    longest);
        }

        void fill(StepRows step, StepShape shape) {
            int rows = shape.size(rowCount);
            NetworkComputation.fill(ids, step.sourceIds, step.sourceRows(), rows, -1);
            NetworkComputation.fill(positions, step.sourcePositions, step.sourceRows(), rows, 0);
            NetworkComputation.fill(sequence, step.sourceSequence, step.sourceRows(), rows, -1);
            int sequences = shape.size(sequenceCount);
            NetworkComputation.fill(lengths, step.sourceLengths, step.sources(), sequences, 0);
            if (members.isPresent()) {
                members(members.get(), step, sequences);
            }
        }

        /** Whole sequences lie one after another. */
        private void members(Input input, StepRows step, int sequences) {
            int row = 0;
            for (int source = 0; source < step.sources(); source++) {
                for (int i = 0; i < step.sourceLengths[source]; i++) {
                    input.set(source * longest + i, row++);
                }
                input.fill(source * longest + step.sourceLengths[source], (source + 1) * longest, -1);
            }
            input.fill(step.sources() * longest, sequences * longest, -1);
        }
    }

    @Override
    public void run(StepRows step) {
        StepShape shape = network.shape(step);
        int rows = shape.size(ROWS);
        int sequences = shape.size(SEQUENCES);
        fill(ids, step.ids, step.rows(), rows, -1);
        fill(positions, step.positions, step.rows(), rows, 0);
        fill(sequence, step.sequence, step.rows(), rows, -1);
        fill(lengths, step.lengths, step.sequences(), sequences, 0);
        fill(outputs, step.outputs, step.outputs(), shape.size(OUTPUTS), -1);
        fill(reads, step.reads, step.sequences(), sequences, -1);
        fill(writes, step.writes, step.rows(), rows, -1);
        for (int group = 0; group < step.keys.length; group++) {
            int entries = step.entries[group];
            fill(tables.get(group), step.tables[group], step.sequences() * entries, sequences * entries, -1);
            fill(bases.get(group), step.bases[group], step.sequences(), sequences, 0);
            int slotted = groups.get(group).crosses() ? step.sourceRows() : step.rows();
            fill(slots.get(group), step.slots[group], slotted, shape.size(slotRows[group]), -1);
        }
        for (int cross = 0; cross < crossLengths.size(); cross++) {
            fill(crossLengths.get(cross), step.crossLengths, step.sequences(), sequences, 0);
        }
        if (source.isPresent()) {
            source.get().fill(step, shape);
        }
        network.run(shape);
    }

    private static void fill(Optional<Input> input, int[] values, int count, int padded, int padding) {
        if (input.isPresent()) {
            input.get().set(values, count);
            input.get().fill(count, padded, padding);
        }
    }

    @Override
    public void logits(int output, float[] target) {
        network.logits(output, target);
    }

    @Override
    public int best() {
        return network.best();
    }

    @Override
    public void best(int rows, int count, float[] pairs) {
        network.best(rows, count, pairs);
    }

    @Override
    public void clear(int group, int block, int positions) {
        network.clear(groups.get(group), block, positions);
    }

    @Override
    public void copy(int group, int from, int to, int positions) {
        network.copy(groups.get(group), from, to, positions);
    }

    @Override
    public void copyStates(int from, int to) {
        network.copyStates(from, to);
    }

    @Override
    public void listen(KernelListener listener) {
        network.listen(listener);
    }

    @Override
    public void watch(RoutingListener listener) {
        network.watch(listener);
    }

    @Override
    public void watchNoMore(RoutingListener listener) {
        network.watchNoMore(listener);
    }

    @Override
    public Optional<Roof> roof(List<Roof.Product> products) {
        return network.backend().roof(products);
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
