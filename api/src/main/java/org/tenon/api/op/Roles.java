package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the operands of an op one by one, each with its name and its role.
 *
 * @param <T> what stands for an operand before
 * @param <R> what stands for it after
 */
public interface Roles<T, R> {
    /** What an op does with an operand. */
    enum Role {
        /** It is read. */
        IN,
        /** It is read, and the op's first output may take its memory: each element is read before it is written. */
        REUSABLE,
        /** It is read and never changes; a backend may arrange it for the kernel. */
        WEIGHT,
        /** It is changed in part: what the op doesn't write stays as it was. */
        INOUT
    }

    /**
     * Takes an operand.
     *
     * @param role what the op does with it
     * @param name its name in the op's signature
     * @param operand the operand
     * @return what stands for it from now on
     */
    R take(Role role, String name, T operand);

    /**
     * An operand that is read.
     *
     * @param name its name
     * @param operand the operand
     * @return what stands for it
     */
    default R in(String name, T operand) {
        return take(Role.IN, name, operand);
    }

    /**
     * An operand that is read, whose memory the op's first output may take if it has the same spec.
     *
     * @param name its name
     * @param operand the operand
     * @return what stands for it
     */
    default R reusable(String name, T operand) {
        return take(Role.REUSABLE, name, operand);
    }

    /**
     * An operand that never changes and that a backend may arrange for its kernel.
     *
     * @param name its name
     * @param operand the operand
     * @return what stands for it
     */
    default R weight(String name, T operand) {
        return take(Role.WEIGHT, name, operand);
    }

    /**
     * An operand that is changed in part.
     *
     * @param name its name
     * @param operand the operand
     * @return what stands for it
     */
    default R inout(String name, T operand) {
        return take(Role.INOUT, name, operand);
    }

    /**
     * An operand that is read, if it is there.
     *
     * @param name its name
     * @param operand the operand, or nothing
     * @return what stands for it
     */
    default Optional<R> optional(String name, Optional<T> operand) {
        return operand.map(present -> in(name, present));
    }

    /**
     * A list of weights; their names get an index.
     *
     * @param name their name
     * @param operands the weights
     * @return what stands for them
     */
    default List<R> weights(String name, List<T> operands) {
        List<R> taken = new ArrayList<>(operands.size());
        for (int i = 0; i < operands.size(); i++) {
            taken.add(weight(name + "[" + i + "]", operands.get(i)));
        }
        return List.copyOf(taken);
    }
}
