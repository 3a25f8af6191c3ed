package org.tenon.api.program;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.tenon.api.op.Op;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * What a kernel of a program computes: an op on operands of given specs. Equal kernels do equal work, such as those of the layers of a
 * stack. Immutable and thread-safe.
 *
 * @param op the op
 * @param operands the specs of its operands by name, in the op's order
 * @param outputs the specs of what it writes
 * @param variant which of the backend's ways to compute the op it is; empty where there is but one
 */
public record Kernel(Op<?, ?> op, Map<String, TensorSpec> operands, List<TensorSpec> outputs, String variant) {
    /**
     * Copies the collections.
     *
     * @param op the op
     * @param operands the specs of its operands by name
     * @param outputs the specs of what it writes
     * @param variant which way to compute the op it is
     */
    public Kernel {
        operands = Collections.unmodifiableMap(new LinkedHashMap<>(operands));
        outputs = List.copyOf(outputs);
    }

    static Kernel of(Node.Call<?, ?> call, String variant) {
        Map<String, TensorSpec> operands = new LinkedHashMap<>();
        call.in().map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                operands.put(name, operand.spec());
                return operand;
            }
        });
        return new Kernel(
                call.op(), operands, call.out().stream().map(Tensor::spec).toList(), variant);
    }

    /** {@return the op, its operands, its outputs and its variant on a line} */
    @Override
    public String toString() {
        StringJoiner named = new StringJoiner(", ", "(", ")");
        operands.forEach((name, spec) -> named.add(name + " " + spec));
        StringJoiner results = new StringJoiner(", ");
        outputs.forEach(out -> results.add(out.toString()));
        return op
                + named.toString()
                + (outputs.isEmpty() ? "" : " -> " + results)
                + (variant.isEmpty() ? "" : " by " + variant);
    }
}
