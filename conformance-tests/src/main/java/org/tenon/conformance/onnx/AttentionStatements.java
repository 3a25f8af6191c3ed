package org.tenon.conformance.onnx;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.cases.CaseWriter;

/**
 * ONNX's Attention, whose keys and values {@code [batch, kvHeads, keys, width]} are a pool with a block for each sequence. What is causal is
 * prefill; without a mask, each query is a sequence of its own that sees all keys of its block, as in decode.
 */
final class AttentionStatements {
    private static final int PAST_KEYS = 4;
    private static final int PAST_VALUES = 5;
    private static final int LENGTHS = 6;

    private AttentionStatements() {}

    static Statement of(OnnxCase each) {
        int heads = each.input(0).rank() == 4 ? each.input(0).size(1) : each.integer("q_num_heads", 1);
        int kvHeads = each.input(1).rank() == 4 ? each.input(1).size(1) : each.integer("kv_num_heads", 1);
        OnnxTensor q = byHead(each.input(0), heads);
        int past = each.optional(PAST_KEYS).map(keys -> keys.size(2)).orElse(0);
        OnnxTensor keys = after(each.optional(PAST_KEYS), byHead(each.input(1), kvHeads));
        OnnxTensor values = after(each.optional(PAST_VALUES), byHead(each.input(2), kvHeads));
        int batch = q.size(0);
        int queries = q.size(2);
        int rows = batch * queries;
        boolean causal = each.flag("is_causal");
        int window = each.integer("left_window_size", -1);
        double scale = each.attributes().decimal("scale", 1 / Math.sqrt(q.size(3)));
        Visibility sees = window < 0 ? new Visibility.Causal() : new Visibility.Window(window + 1);
        int perSequence = causal ? queries : 1;
        IntUnaryOperator first = sequence -> causal
                ? each.optional(LENGTHS)
                        .map(lengths -> lengths.whole(sequence) - queries)
                        .orElse(past)
                : keys.size(2) - 1;
        int sequences = rows / perSequence;
        Attention.In<OnnxTensor> in = new Attention.In<>(
                rows(q),
                keys,
                values,
                integers(sequences, s -> s / (sequences / batch)).reshaped(sequences, 1),
                integers(sequences, _ -> 0),
                integers(sequences, s -> first.applyAsInt(s) + perSequence),
                integers(rows, row -> row / perSequence),
                integers(rows, row -> first.applyAsInt(row / perSequence) + row % perSequence));
        return Statement.of(
                        new Attention(scale, sees, CaseWriter.KEYS)
                                .softCap(each.attributes().decimal("softcap", 0)),
                        new Attention.In<>(
                                in.q().given(),
                                in.keys().given(),
                                in.values().given(),
                                in.table().given(),
                                in.bases().given(),
                                in.lengths().given(),
                                in.sequence().given(),
                                in.positions().given()),
                        rows(byHead(each.output(), heads)))
                .with(CaseWriter.KEYS, keys.size(2));
    }

    /** {@code [batch, heads, rows, width]}, from that or from {@code [batch, rows, heads * width]}. */
    private static OnnxTensor byHead(OnnxTensor x, int heads) {
        return x.rank() == 4
                ? x
                : x.reshaped(x.size(0), x.size(1), heads, x.size(2) / heads).permuted(0, 2, 1, 3);
    }

    /** {@code [batch, heads, rows, width]} to {@code [batch * rows, heads, width]}. */
    static OnnxTensor rows(OnnxTensor x) {
        return x.permuted(0, 2, 1, 3).reshaped(x.size(0) * x.size(2), x.size(1), x.size(3));
    }

    private static OnnxTensor after(Optional<OnnxTensor> past, OnnxTensor present) {
        return past.map(before -> before.followedBy(present, 2)).orElse(present);
    }

    private static OnnxTensor integers(int count, IntUnaryOperator value) {
        double[] values = new double[count];
        Arrays.setAll(values, value::applyAsInt);
        return new OnnxTensor(DType.I32, new int[] {count}, values);
    }
}
