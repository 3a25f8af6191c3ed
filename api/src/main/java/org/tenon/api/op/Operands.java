package org.tenon.api.op;

import java.util.ArrayList;
import java.util.List;

/**
 * The operands of an op: a record with a component for each, all of one type. {@link #map} visits them in order, each with its
 * name and role; it is all that a program knows of an op's signature.
 *
 * @param <T> what stands for an operand: a symbolic tensor, or a buffer
 */
public interface Operands<T> {
    /**
     * The same operands as something else.
     *
     * @param as takes each operand with its name and role
     * @param <R> what stands for an operand afterwards
     * @return the operands, changed
     */
    <R> Operands<R> map(Roles<T, R> as);

    /** {@return the operands in order, those of a list one by one, without what is optional and isn't there} */
    default List<T> all() {
        List<T> all = new ArrayList<>();
        map(new Roles<T, T>() {
            @Override
            public T take(Role role, String name, T operand) {
                all.add(operand);
                return operand;
            }
        });
        return List.copyOf(all);
    }
}
