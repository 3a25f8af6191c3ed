package org.tenon.backend.cpu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.AttentionKernel;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.NativeKernels;

/** Attention over a cache of blocks, for queries that see a run of keys about their own position. */
final class Attentions {
    private static final Feature[] FEATURES = {
        Visibility.Window.WINDOW, Visibility.All.BIDIRECTIONAL, Attention.SOFT_CAP, Attention.RELATIVE_BIAS
    };

    private final Workers workers;
    private final Optional<AttentionKernel> kernel;

    /** One for each worker; shared by all layers of equal sizes. */
    private final Map<Sizes, OnlineSoftmax[]> softmaxes = new HashMap<>();

    Attentions(Workers workers, Optional<NativeKernels> kernels) {
        this.workers = workers;
        this.kernel = kernels.map(AttentionKernel::new);
    }

    private record Sizes(int group, int keyWidth, int valueWidth) {}

    Lookup<Attention.In<Buffer>> attention(Attention op, Attention.In<Tensor> in, List<Tensor> out) {
        Optional<Sight> sight = Sight.of(op.sees());
        if (sight.isEmpty()) {
            return Lookup.unsupported("only causal attention, windows and all keys, not " + op.sees());
        }
        if (!in.keys().type().scalar() || !in.values().type().scalar()) {
            return Lookup.unsupported("only scalar types in the cache");
        }
        boolean known = Stream.of(in.q(), in.keys(), in.values()).allMatch(each -> CType.known(each.type()));
        if (kernel.isPresent() && known) {
            return BlockAttention.kernel(workers, kernel.get(), op, sight.get(), in, out.getFirst())
                    .handling(FEATURES);
        }
        return Lookup.<Attention.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    long kvHeads = operands.keys().shape().size(1);
                    Sizes sizes = new Sizes(
                            Math.toIntExact(operands.q().shape().size(1) / kvHeads),
                            Math.toIntExact(operands.keys().shape().width()),
                            Math.toIntExact(operands.values().shape().width()));
                    OnlineSoftmax[] each = softmaxes.computeIfAbsent(sizes, this::allocate);
                    return new TiledAttention(workers, each, op, sight.get(), operands, outputs.getFirst());
                })
                .handling(FEATURES);
    }

    private OnlineSoftmax[] allocate(Sizes sizes) {
        int queries = TiledAttention.ROWS * sizes.group();
        return Stream.generate(() -> new OnlineSoftmax(queries, sizes.keyWidth(), sizes.valueWidth()))
                .limit(workers.pool().size())
                .toArray(OnlineSoftmax[]::new);
    }
}
