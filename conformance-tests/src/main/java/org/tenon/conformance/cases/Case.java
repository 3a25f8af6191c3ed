package org.tenon.conformance.cases;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * One op on given operands.
 *
 * @param id says which it is, and seeds its values: op, types, sizes, values and lie, parted by slashes
 * @param op the op
 * @param in its operands
 * @param outputs how its outputs lie in memory
 * @param step the step that is run
 * @param most the largest step that memory is laid out for; what lies beyond the step must stay as it is
 * @param published what somebody else says must come out first; nothing where the oracle alone says it
 */
public record Case(
        String id,
        Op<?, ?> op,
        Operands<Given> in,
        Lie outputs,
        StepShape step,
        StepShape most,
        Optional<Given> published) {
    /**
     * A case whose oracle says what must come out.
     *
     * @param id says which it is
     * @param op the op
     * @param in its operands
     * @param outputs how its outputs lie in memory
     * @param step the step that is run
     * @param most the largest step that memory is laid out for
     */
    public Case(String id, Op<?, ?> op, Operands<Given> in, Lie outputs, StepShape step, StepShape most) {
        this(id, op, in, outputs, step, most, Optional.empty());
    }

    /** {@return the name of the op} */
    public String opName() {
        return op.getClass().getSimpleName();
    }

    /** {@return the op, by the kinds of operands that it takes: those of a case are its op's} */
    @SuppressWarnings("unchecked")
    public Op<Operands<Tensor>, Operands<Buffer>> typed() {
        return (Op<Operands<Tensor>, Operands<Buffer>>) op;
    }

    /** {@return the operands as symbolic tensors} */
    public Operands<Tensor> tensors() {
        return in.map(new Roles<Given, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Given operand) {
                return Tensor.of(name, operand.spec());
            }
        });
    }

    /** {@return the specs of the outputs, dense} */
    public List<TensorSpec> inferred() {
        return typed().infer(tensors());
    }

    /**
     * The types of activations that a program with this op works in: those of its operands and outputs that are floating and no weights.
     *
     * @return F32 alone, or narrower ones
     */
    public Set<DType> activations() {
        Set<DType> types = new LinkedHashSet<>();
        in.map(new Roles<Given, Given>() {
            @Override
            public Given take(Role role, String name, Given operand) {
                if (role != Role.WEIGHT) {
                    types.add(operand.type());
                }
                return operand;
            }
        });
        inferred().forEach(out -> types.add(out.type()));
        types.removeIf(type -> !type.floating() || type.equals(DType.F32));
        return types.isEmpty() ? Set.of(DType.F32) : types;
    }

    /** {@return the types that it computes with, as in {@code F32 BF16 -> F32}: of operands but indices, then of outputs} */
    public String types() {
        List<DType> operands = new ArrayList<>();
        in.map(new Roles<Given, Given>() {
            @Override
            public Given take(Role role, String name, Given operand) {
                operands.add(operand.type());
                return operand;
            }
        });
        boolean floating = operands.stream().anyMatch(DType::floating);
        String from = operands.stream()
                .filter(type -> type.floating() || !floating)
                .distinct()
                .map(DType::toString)
                .collect(Collectors.joining(" "));
        List<DType> results =
                inferred().stream().map(TensorSpec::type).distinct().toList();
        String to = results.stream().map(DType::toString).collect(Collectors.joining(" "));
        return results.isEmpty() ? from : (from + " -> " + to).strip();
    }

    @Override
    public String toString() {
        return id;
    }
}
