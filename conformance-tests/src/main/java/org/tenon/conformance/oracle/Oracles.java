package org.tenon.conformance.oracle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Iota;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.Select;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.TopK;
import org.tenon.api.op.Unary;

/** The oracle of each op, by the op's class. Immutable and thread-safe. */
public final class Oracles {
    private final Map<Class<?>, Oracle<?, ?>> byOp;

    private Oracles(Map<Class<?>, Oracle<?, ?>> byOp) {
        this.byOp = Map.copyOf(byOp);
    }

    /** {@return the oracles of Tenon's own ops} */
    public static Oracles standard() {
        return new Oracles(Map.of())
                .with(Unary.class, ElementOracles::unary)
                .with(Binary.class, ElementOracles::binary)
                .with(Select.class, ElementOracles::select)
                .with(Convert.class, ElementOracles::convert)
                .with(Activate.class, ElementOracles::activate)
                .with(Gated.class, ElementOracles::gated)
                .with(Gather.class, IndexOracles::gather)
                .with(Scatter.class, IndexOracles::scatter)
                .with(Embedding.class, IndexOracles::embedding)
                .with(CacheWrite.class, IndexOracles::cacheWrite)
                .with(MatMul.class, ProductOracles::matmul)
                .with(Linear.class, ProductOracles::linear)
                .with(Reduce.class, ProductOracles::reduce)
                .with(RmsNorm.class, RowOracles::rmsNorm)
                .with(LayerNorm.class, RowOracles::layerNorm)
                .with(Rope.class, RowOracles::rope)
                .with(Attention.class, AttentionOracle::compute)
                .with(TopK.class, IndexOracles::topK)
                .with(Route.class, ExpertOracles::route)
                .with(Experts.class, ExpertOracles::experts)
                .with(CausalConv.class, ScanOracles::conv)
                .with(SelectiveScan.class, ScanOracles::selective)
                .with(StateSpaceDual.class, ScanOracles::dual);
    }

    /**
     * These oracles and one more, such as that of a plugin's own op.
     *
     * @param op the op's class
     * @param oracle its meaning
     * @param <O> the op
     * @param <I> its operands
     * @return the oracles
     */
    public <O extends Op<?, ?>, I extends Operands<Exact>> Oracles with(Class<O> op, Oracle<O, I> oracle) {
        Map<Class<?>, Oracle<?, ?>> more = new HashMap<>(byOp);
        more.put(op, oracle);
        return new Oracles(more);
    }

    /**
     * Computes an op.
     *
     * @param op the op
     * @param in its operands
     * @param sizes the sizes of the first output, for an op that has no operands to tell them
     * @param precision how precise the backend claims to be
     * @return the outputs, and after them each operand that the op changes, as it is afterwards
     * @throws IllegalArgumentException when the op has no oracle
     */
    @SuppressWarnings("unchecked") // an oracle is registered with the class of its op, whose operands are of one type
    public List<Exact> compute(Op<?, ?> op, Operands<Exact> in, int[] sizes, Precision precision) {
        return switch (op) {
            case Fill fill -> ElementOracles.fill(fill, sizes);
            case Iota iota -> ElementOracles.iota(iota, sizes);
            default ->
                ((Oracle<Op<?, ?>, Operands<Exact>>) Optional.ofNullable(byOp.get(op.getClass()))
                                .orElseThrow(() -> new IllegalArgumentException("no oracle for " + op)))
                        .compute(op, in, precision);
        };
    }
}
