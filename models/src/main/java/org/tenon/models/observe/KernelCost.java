package org.tenon.models.observe;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
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
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.Select;
import org.tenon.api.op.TopK;
import org.tenon.api.op.Unary;
import org.tenon.api.program.Kernel;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.TensorSpec;

/**
 * What a kernel costs in a step, as far as its op and the step's shape tell. What attention reads depends on the lengths of the sequences,
 * so it isn't known.
 *
 * @param bytes the bytes of its operands and outputs that it has to read or write once
 * @param flops the floating-point operations of its products
 */
record KernelCost(OptionalLong bytes, OptionalLong flops) {
    private static final KernelCost UNKNOWN = new KernelCost(OptionalLong.empty(), OptionalLong.empty());

    static KernelCost of(Kernel kernel, StepShape step) {
        return switch (kernel.op()) {
            case Linear _ -> products(kernel, step, operand(kernel, "x"));
            case Experts _ -> experts(kernel, step);
            case MatMul _ when !kernel.operands().containsKey("index") -> products(kernel, step, operand(kernel, "a"));
            case Embedding _, Gather _ -> moved(2 * written(kernel, step));
            case CacheWrite _ -> moved(2 * bytes(operand(kernel, "rows"), step));
            case Activate _,
                    Binary _,
                    Convert _,
                    Fill _,
                    Gated _,
                    Iota _,
                    LayerNorm _,
                    Reduce _,
                    RmsNorm _,
                    Rope _,
                    Route _,
                    Select _,
                    TopK _,
                    Unary _ -> moved(all(kernel, step));
            default -> UNKNOWN;
        };
    }

    /** Which experts the rows go to isn't known: counted are as many as there are choices, which is right for one row. */
    private static KernelCost experts(Kernel kernel, StepShape step) {
        long choices = operand(kernel, "ids").shape().elements(step);
        long active = 0;
        long products = 0;
        for (String name : List.of("gate", "up", "down")) {
            TensorSpec bundle = operand(kernel, name);
            long experts = bundle.shape().size(0);
            active += bytes(bundle, step) / experts * Math.min(choices, experts);
            products += 2 * choices * (bundle.shape().elements(step) / experts);
        }
        return new KernelCost(
                OptionalLong.of(active + bytes(operand(kernel, "x"), step) + written(kernel, step)),
                OptionalLong.of(products));
    }

    private static TensorSpec operand(Kernel kernel, String name) {
        return Objects.requireNonNull(kernel.operands().get(name), name);
    }

    private static KernelCost moved(long bytes) {
        return new KernelCost(OptionalLong.of(bytes), OptionalLong.empty());
    }

    /** Two operations for each element of the output and each column of the operand that it is a sum over. */
    private static KernelCost products(Kernel kernel, StepShape step, TensorSpec operand) {
        long sums = kernel.outputs().getFirst().shape().elements(step);
        return new KernelCost(
                OptionalLong.of(all(kernel, step)),
                OptionalLong.of(2 * sums * operand.shape().width()));
    }

    private static long all(Kernel kernel, StepShape step) {
        return kernel.operands().values().stream()
                        .mapToLong(operand -> bytes(operand, step))
                        .sum()
                + written(kernel, step);
    }

    private static long written(Kernel kernel, StepShape step) {
        return kernel.outputs().stream().mapToLong(out -> bytes(out, step)).sum();
    }

    private static long bytes(TensorSpec spec, StepShape step) {
        return spec.type().bytes(spec.shape().elements(step));
    }
}
