package org.tenon.api.backend;

import java.util.List;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;

/**
 * Makes a launch out of a kernel and the places of its operands. Called at load, once for each use of the op in a program; it may
 * compile and warm up.
 *
 * @param <B> the op's operands
 */
@FunctionalInterface
public interface Binder<B extends Operands<Buffer>> {
    /**
     * Binds the kernel.
     *
     * @param operands the operands' places; a weight's buffer says which layout it got
     * @param outputs the outputs' places
     * @param workspace scratch memory, bytes; its contents don't outlast a launch
     * @return what a step runs
     */
    Launch bind(B operands, List<Buffer> outputs, Buffer workspace);
}
