package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.layer.StepInput;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.ModelListener;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.StepShape;
import org.tenon.models.assembly.EncoderNetwork;
import org.tenon.models.assembly.Input;

/** The rows of an encoder's step: whole sequences, one after another. One object, filled anew for each step. Confined to the engine's thread. */
final class EncoderRows implements ModelListener.StepReport {
    private static final Axis AXIS = Axis.TOKENS;

    private final EncoderNetwork network;
    private final int mostRows;
    private final int mostSequences;
    private final int[] ids; // [rows]
    private final int[] types; // [rows]
    private final int[] positions; // [rows]
    private final int[] sequence; // [rows]
    private final int[] lengths; // [sequences]
    private final int[] members; // [sequences][longest]
    private final int[][] wanted; // [heads][outputs], rows
    private final int[] wantedCount; // [heads]
    private final List<EncoderJob> jobs = new ArrayList<>();
    private int rows;
    private int query;
    private long nanos;

    EncoderRows(EncoderNetwork network, int mostRows, int mostSequences) {
        this.network = network;
        this.mostRows = mostRows;
        this.mostSequences = mostSequences;
        this.ids = new int[mostRows];
        this.types = new int[mostRows];
        this.positions = new int[mostRows];
        this.sequence = new int[mostRows];
        this.lengths = new int[mostSequences];
        this.members = new int[mostSequences * network.longest()];
        int heads = network.heads().size();
        this.wanted = new int[heads][mostRows];
        this.wantedCount = new int[heads];
    }

    void clear() {
        jobs.clear();
        rows = 0;
        query = 0;
        nanos = 0;
        Arrays.fill(wantedCount, 0);
    }

    /** The sequences of the step, in order. */
    List<EncoderJob> jobs() {
        return jobs;
    }

    /** Whether there is room for another sequence. */
    boolean fits(EncoderJob job) {
        return jobs.size() < mostSequences && rows + job.ids().length <= mostRows;
    }

    /** Adds a sequence that fits. */
    void add(EncoderJob job) {
        int length = job.ids().length;
        int number = jobs.size();
        System.arraycopy(job.ids(), 0, ids, rows, length);
        System.arraycopy(job.types(), 0, types, rows, length);
        int table = number * network.longest();
        Arrays.fill(members, table, table + network.longest(), -1);
        for (int i = 0; i < length; i++) {
            positions[rows + i] = i;
            sequence[rows + i] = number;
            members[table + i] = rows + i;
        }
        lengths[number] = length;
        for (int head = 0; head < wanted.length; head++) {
            int count = job.wants()[head] ? outputs(head, job) : 0;
            for (int i = 0; i < count; i++) {
                wanted[head][wantedCount[head]++] = rows + i;
            }
        }
        rows += length;
        query = Math.max(query, length);
        jobs.add(job);
    }

    /** How many rows of a sequence a head is applied to. */
    private int outputs(int head, EncoderJob job) {
        return network.ofFirstRow(head) ? 1 : job.ids().length;
    }

    /** Computes the step and waits for it. */
    void compute() {
        StepShape shape = network.shape(rows, jobs.size(), query, wantedCount);
        int paddedRows = shape.size(AXIS.rows());
        int paddedSequences = shape.size(AXIS.sequences());
        fill(StepInput.ids(AXIS), ids, rows, paddedRows, -1);
        fill(StepInput.types(AXIS), types, rows, paddedRows, 0);
        fill(StepInput.positions(AXIS), positions, rows, paddedRows, 0);
        fill(StepInput.sequence(AXIS), sequence, rows, paddedRows, -1);
        fill(StepInput.lengths(AXIS), lengths, jobs.size(), paddedSequences, 0);
        int longest = network.longest();
        fill(StepInput.members(AXIS, longest), members, jobs.size() * longest, paddedSequences * longest, -1);
        for (int head = 0; head < wanted.length; head++) {
            String name = network.heads().get(head);
            int padded = shape.size(AXIS.outputs(name));
            fill(StepInput.outputs(AXIS, name), wanted[head], wantedCount[head], padded, -1);
        }
        long start = System.nanoTime();
        network.run(shape);
        nanos = System.nanoTime() - start;
    }

    private void fill(StepInput which, int[] values, int count, int padded, int padding) {
        Optional<Input> input = network.input(which);
        if (input.isPresent()) {
            input.get().set(values, count);
            input.get().fill(count, padded, padding);
        }
    }

    /** What came of each sequence, in order. */
    List<Encoded> results() {
        List<Encoded> results = new ArrayList<>();
        int[] next = new int[wanted.length];
        int row = 0;
        for (EncoderJob job : jobs) {
            float[][] hidden = new float[job.ids().length][];
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = network.hidden(row++);
            }
            Map<String, float[][]> heads = new LinkedHashMap<>();
            for (int head = 0; head < wanted.length; head++) {
                if (job.wants()[head]) {
                    float[][] outputs = new float[outputs(head, job)][];
                    for (int i = 0; i < outputs.length; i++) {
                        outputs[i] = network.head(head, next[head]++);
                    }
                    heads.put(network.heads().get(head), outputs);
                }
            }
            results.add(new Encoded(hidden, heads));
        }
        return results;
    }

    @Override
    public int rows() {
        return rows;
    }

    /** All of them. */
    @Override
    public int prefillRows() {
        return rows;
    }

    @Override
    public int sequences() {
        return jobs.size();
    }

    @Override
    public int outputs() {
        return Arrays.stream(wantedCount).sum();
    }

    @Override
    public long nanos() {
        return nanos;
    }
}
