package org.tenon.backend.opencl;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * Attention over a cache of blocks, for queries that see a run of keys about their own position ({@code kernels/attention.cl} for processors,
 * {@code kernels/gpu/attention.cl} for GPUs). A row's bits depend on nothing else in a step.
 */
final class Attentions {
    /** Rows of a tile, and lanes of what a kernel keeps. */
    private static final long TILE = 16;
    /** As far as positions go. */
    private static final long ALL = 1L << 31;
    /** Where there is no bias by distance. */
    private static final long NOWHERE = -1;

    /** Items of a work-group. Its tiles fit into 32 KB, which every GPU has. */
    private static final int GROUP = 64;
    /** The widest keys and values of a GPU's tiles, and the widest with the most queries and keys for an item. */
    private static final long WIDEST = 256;

    private static final long WIDE = 128;
    /** Widths that programs are compiled for. */
    private static final long LEAST_WIDTH = 64;

    private static final long WIDTH_STEP = 32;
    /** Queries of an item, for wide keys and for others, and keys. */
    private static final int FEW = 2;

    private static final int MANY = 4;

    private final Kernels kernels;

    /**
     * Looks nothing up.
     *
     * @param kernels the programs
     */
    Attentions(Kernels kernels) {
        this.kernels = kernels;
    }

    Lookup<Attention.In<Buffer>> attention(Attention op, Attention.In<Tensor> in, List<Tensor> out) {
        if (!(op.sees() instanceof Visibility.Causal
                || op.sees() instanceof Visibility.Window
                || op.sees() instanceof Visibility.All)) {
            return Lookup.unsupported("only causal attention, windows and all keys, not " + op.sees());
        }
        DType cached = in.keys().type();
        if (!Stream.of(in.q().type(), cached, out.getFirst().type()).allMatch(Kernels.FLOATS::contains)
                || !in.values().type().equals(cached)
                || !out.getFirst().type().equals(in.q().type())) {
            return Lookup.unsupported("only F32, F16 and BF16, keys like values and the output like the queries");
        }
        if (!kernels.processor() && Math.max(in.keys().width(), in.values().width()) > WIDEST) {
            return Lookup.unsupported("only keys and values up to " + WIDEST + " wide");
        }
        return (kernels.processor() ? byItems(op, in) : byGroups(op, in))
                .handling(
                        Visibility.Window.WINDOW,
                        Visibility.All.BIDIRECTIONAL,
                        Attention.SOFT_CAP,
                        Attention.RELATIVE_BIAS);
    }

    /** An item has a tile of rows with all heads of a group. */
    private Lookup.Native<Attention.In<Buffer>> byItems(Attention op, Attention.In<Tensor> in) {
        long group = in.q().shape().size(1) / in.keys().shape().size(1);
        AttentionCut cut = AttentionCut.of(op, in, kernels.mostItems(), TILE, group);
        long keys = AttentionCut.padded(in.keys().width());
        long values = AttentionCut.padded(in.values().width());
        // queries, sums, largest scores and totals of a tile, the last three twice, and sixteen keys twice and values
        long room = TILE * group * (keys + 2 * values + 4) + TILE * (2 * keys + values);
        long itemBytes = kernels.mostItems() * room * Float.BYTES;
        return kernels.<Attention.In<Buffer>>items((operands, outputs, workspace) -> {
                    Map<String, DType> types = types(operands);
                    long parts = workspace.offset() + itemBytes;
                    return new Launches(List.of(
                            arguments(
                                            kernels.launch("attention", "attention", types),
                                            op,
                                            operands,
                                            outputs.getFirst(),
                                            cut)
                                    .memory(workspace)
                                    .number(parts)
                                    .over(cut::units, ClLaunch.EFFORT),
                            kernels.launch("attention", "join", types)
                                    .operand(outputs.getFirst())
                                    .memory(workspace.storage())
                                    .number(parts)
                                    .size(cut::slots)
                                    .over(cut::joined, ClLaunch.EFFORT)));
                })
                .workspace(step -> itemBytes + cut.partBytes(step));
    }

    /**
     * A work-group has a tile of queries: of several rows in a step of prompts, and of one row where most sequences have but one; few heads are spread over
     * its items then.
     */
    private Lookup.Native<Attention.In<Buffer>> byGroups(Attention op, Attention.In<Tensor> in) {
        long widest = Math.max(in.keys().width(), in.values().width());
        long group = in.q().shape().size(1) / in.keys().shape().size(1);
        int most = widest > WIDE ? FEW : MANY;
        int fewest = group > GROUP / TILE ? most : 1;
        Dim rows = in.q().shape().dim(0);
        Dim sequences = in.table().shape().dim(0);
        Predicate<StepShape> decodes = step -> rows.size(step) < 2 * sequences.size(step);
        return kernels.<Attention.In<Buffer>>shared((operands, outputs, workspace) -> {
                    ClLaunch.Builder many = launch(operands, most);
                    ClLaunch.Builder few = launch(operands, fewest);
                    AttentionCut prefill = tiles(op, in, many.group() / TILE * most, false);
                    AttentionCut decode = tiles(op, in, few.group() / TILE * fewest, true);
                    Buffer output = outputs.getFirst();
                    return new Launches(List.of(
                            arguments(many, op, operands, output, prefill)
                                    .memory(workspace)
                                    .number(prefill.tileRows())
                                    .number(prefill.tileHeads())
                                    .overGroups(step -> decodes.test(step) ? 0 : prefill.units(step)),
                            arguments(few, op, operands, output, decode)
                                    .memory(workspace)
                                    .number(decode.tileRows())
                                    .number(decode.tileHeads())
                                    .overGroups(step -> decodes.test(step) ? decode.units(step) : 0),
                            kernels.launch("gpu/attention_join", "join", Map.of("Q", output.type()))
                                    .operand(output)
                                    .memory(workspace)
                                    .size(decode::slots)
                                    .over(
                                            step -> (decodes.test(step) ? decode : prefill).joined(step)
                                                    * output.shape().width(),
                                            ClLaunch.EFFORT)));
                })
                .workspace(step -> tiles(op, in, GROUP / TILE * most, false).partBytes(step));
    }

    private ClLaunch.Builder launch(Attention.In<Buffer> operands, int each) {
        long keys = operands.keys().spec().width();
        long values = operands.values().spec().width();
        Map<String, Object> definitions = new HashMap<>(types(operands));
        definitions.put("KEYS", compiled(keys));
        definitions.put("VALUES", compiled(values));
        definitions.put("EACH", each);
        definitions.put("NEAR", Math.max(keys, values) > WIDE ? 1 : 2);
        return kernels.groups("gpu/attention", "attention", definitions, GROUP);
    }

    /** The width that a program is compiled for: few programs do for all widths. */
    private static long compiled(long width) {
        return Math.max(LEAST_WIDTH, Math.ceilDiv(width, WIDTH_STEP) * WIDTH_STEP);
    }

    private AttentionCut tiles(Attention op, Attention.In<Tensor> in, long queries, boolean oneRow) {
        long group = in.q().shape().size(1) / in.keys().shape().size(1);
        long heads = Math.min(group, queries);
        return AttentionCut.of(op, in, kernels.mostItems(), oneRow ? 1 : queries / heads, heads);
    }

    private static Map<String, DType> types(Attention.In<Buffer> operands) {
        return Map.of("Q", operands.q().type(), "C", operands.keys().type());
    }

    /** What both kinds of kernels begin with. */
    private static ClLaunch.Builder arguments(
            ClLaunch.Builder launch, Attention op, Attention.In<Buffer> operands, Buffer output, AttentionCut cut) {
        return launch.operand(output)
                .operand(operands.q())
                .operand(operands.keys())
                .operand(operands.values())
                .operand(operands.table())
                .operand(operands.bases())
                .operand(operands.lengths())
                .operand(operands.sequence())
                .operand(operands.positions())
                .operand(operands.bias())
                .number(cut.heads())
                .number(cut.kvHeads())
                .number(op.sees() instanceof Visibility.Window window ? window.size() : ALL)
                .number(op.sees() instanceof Visibility.All ? ALL : 0)
                .real(op.scale())
                .real(op.softCap())
                .number(operands.bias().map(bias -> bias.shape().size(0) / 2).orElse(NOWHERE))
                .size(cut.rows()::size)
                .size(cut::slots)
                .size(cut::chunks);
    }
}
