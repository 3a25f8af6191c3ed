package org.tenon.api.backend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.tenon.api.op.Feature;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.StepShape;

/**
 * A backend's answer to an op: a kernel, or a reason.
 *
 * @param <B> the op's operands once they have their places
 */
public sealed interface Lookup<B extends Operands<Buffer>> {
    /**
     * There is a kernel.
     *
     * @param handles the features that the kernel handles; an op that uses another is opened up instead
     * @param layouts for weights by operand name ({@code weights} for all of a list), the layouts that the kernel can take, the best
     *     first; those that aren't named are {@link Layout#DENSE}
     * @param workspaceBytes scratch memory that a step of a given shape needs
     * @param variant which of several ways to compute the op this is, as listings and profiles show it; empty where there is but one
     * @param binder makes the launch
     * @param <B> the op's operands once they have their places
     */
    record Native<B extends Operands<Buffer>>(
            Set<Feature> handles,
            Map<String, List<Layout>> layouts,
            ToLongFunction<StepShape> workspaceBytes,
            String variant,
            Binder<B> binder)
            implements Lookup<B> {
        /**
         * Copies the collections.
         *
         * @param handles the features that the kernel handles
         * @param layouts the layouts that it can take
         * @param workspaceBytes the scratch memory that it needs
         * @param variant which way to compute the op it is
         * @param binder makes the launch
         */
        public Native {
            handles = Set.copyOf(handles);
            layouts = Map.copyOf(layouts);
        }

        /**
         * The same kernel, handling features.
         *
         * @param features what it handles beside the plain meaning
         * @return the answer
         */
        public Native<B> handling(Feature... features) {
            return new Native<>(Set.of(features), layouts, workspaceBytes, variant, binder);
        }

        /**
         * The same kernel, able to take layouts of a weight.
         *
         * @param operand the weight's name in the op's signature
         * @param accepted the layouts, the best first
         * @return the answer
         */
        public Native<B> taking(String operand, Layout... accepted) {
            Map<String, List<Layout>> all = new HashMap<>(layouts);
            all.put(operand, List.of(accepted));
            return new Native<>(handles, all, workspaceBytes, variant, binder);
        }

        /**
         * The same kernel, needing scratch memory.
         *
         * @param bytes how much, by a step's shape
         * @return the answer
         */
        public Native<B> workspace(ToLongFunction<StepShape> bytes) {
            return new Native<>(handles, layouts, bytes, variant, binder);
        }

        /**
         * The same kernel, named among several that a backend has for the op.
         *
         * @param name a few words
         * @return the answer
         */
        public Native<B> variant(String name) {
            return new Native<>(handles, layouts, workspaceBytes, name, binder);
        }
    }

    /**
     * There is none.
     *
     * @param reason why, as a half sentence: {@code only F16 weights}
     * @param <B> the op's operands once they have their places
     */
    record Unsupported<B extends Operands<Buffer>>(String reason) implements Lookup<B> {}

    /**
     * A kernel for the plain meaning, that takes dense weights and needs no scratch memory.
     *
     * @param binder makes the launch
     * @param <B> the op's operands once they have their places
     * @return the answer
     */
    static <B extends Operands<Buffer>> Native<B> kernel(Binder<B> binder) {
        return new Native<>(Set.of(), Map.of(), step -> 0, "", binder);
    }

    /**
     * No kernel.
     *
     * @param reason why, as a half sentence
     * @param <B> the op's operands once they have their places
     * @return the answer
     */
    static <B extends Operands<Buffer>> Lookup<B> unsupported(String reason) {
        return new Unsupported<>(reason);
    }
}
