package org.tenon.conformance.mutant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Extent;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;

/** The kinds of faults that mutants are made of. */
final class Changes {
    private Changes() {}

    /** What becomes of a kernel: it may bind other buffers, and run otherwise. */
    @FunctionalInterface
    private interface Rewiring {
        <B extends Operands<Buffer>> Launch bind(
                Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace);
    }

    private static Change kernels(Class<?> kind, Rewiring rewiring) {
        return kernels(kind::isInstance, rewiring);
    }

    private static Change kernels(Predicate<Op<?, ?>> which, Rewiring rewiring) {
        return new Change() {
            @Override
            public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                    Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
                Lookup<B> lookup = correct.find(op, operands, outputs);
                return which.test(op) && lookup instanceof Lookup.Native<B> kernel
                        ? new Lookup.Native<>(
                                kernel.handles(),
                                kernel.layouts(),
                                kernel.workspaceBytes(),
                                kernel.variant(),
                                (buffers, outs, workspace) ->
                                        rewiring.bind(correct, kernel.binder(), buffers, outs, workspace))
                        : lookup;
            }
        };
    }

    /** Another op is computed in place of one, on the same operands. */
    static <O extends Op<?, ?>> Change op(Class<O> kind, UnaryOperator<O> other) {
        return new Change() {
            @Override
            @SuppressWarnings("unchecked") // the other op is of the same class
            public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                    Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
                if (!kind.isInstance(op)) {
                    return correct.find(op, operands, outputs);
                }
                Lookup<B> lookup = correct.find((Op<I, B>) other.apply(kind.cast(op)), operands, outputs);
                return lookup instanceof Lookup.Native<B> kernel
                        ? new Lookup.Native<>(
                                op.features(),
                                kernel.layouts(),
                                kernel.workspaceBytes(),
                                kernel.variant(),
                                kernel.binder())
                        : lookup;
            }
        };
    }

    /** The backend claims to have no kernel. */
    static Change missing(Class<?> kind) {
        return new Change() {
            @Override
            public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                    Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
                return kind.isInstance(op) ? Lookup.unsupported("lost") : correct.find(op, operands, outputs);
            }
        };
    }

    /** Operands are handed to the kernel as other buffers. */
    static Change buffers(Class<?> kind, BiFunction<String, Buffer, Buffer> other) {
        return kernels(kind, new Rewiring() {
            @Override
            @SuppressWarnings("unchecked") // operands, mapped to their own kind
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                B changed = (B) operands.map(new Roles<Buffer, Buffer>() {
                    @Override
                    public Buffer take(Role role, String name, Buffer operand) {
                        return other.apply(name, operand);
                    }
                });
                return binder.bind(changed, outputs, workspace);
            }
        });
    }

    /** Two operands stand in each other's place. */
    static Change swapped(Class<?> kind, String one, String other) {
        return kernels(kind, new Rewiring() {
            @Override
            @SuppressWarnings("unchecked") // operands, mapped to their own kind
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Map<String, Buffer> named = new HashMap<>();
                Roles<Buffer, Buffer> look = new Roles<>() {
                    @Override
                    public Buffer take(Role role, String name, Buffer operand) {
                        Buffer first = named.putIfAbsent(name, operand);
                        String from = name.equals(one) ? other : name.equals(other) ? one : name;
                        return first == null ? operand : named.getOrDefault(from, operand);
                    }
                };
                operands.map(look);
                return binder.bind((B) operands.map(look), outputs, workspace);
            }
        });
    }

    /** The kernel reads an operand whose elements have been changed. */
    static Change reads(Class<?> kind, String operand, Consumer<Elements> edit) {
        return remembers(kind, operand, () -> edit);
    }

    /** The same with a change of its own for each use of the kernel, that can remember what it saw. */
    static Change remembers(Class<?> kind, String operand, Supplier<Consumer<Elements>> edits) {
        return kernels(kind, new Rewiring() {
            @Override
            @SuppressWarnings("unchecked") // operands, mapped to their own kind
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Consumer<Elements> edit = edits.get();
                Map<Buffer, Buffer> copies = new HashMap<>();
                B changed = (B) operands.map(new Roles<Buffer, Buffer>() {
                    @Override
                    public Buffer take(Role role, String name, Buffer each) {
                        if (!name.equals(operand)) {
                            return each;
                        }
                        Storage memory =
                                correct.memory().allocate(each.storage().bytes());
                        Buffer copy = new Buffer(name, each.spec(), memory, each.offset(), Layout.DENSE);
                        copies.put(each, copy);
                        return copy;
                    }
                });
                Launch launch = binder.bind(changed, outputs, workspace);
                return (queue, step) -> {
                    copies.forEach((each, copy) -> {
                        Elements elements = Elements.read(queue, each, step);
                        edit.accept(elements);
                        elements.write(queue, copy);
                    });
                    launch.run(queue, step);
                };
            }
        });
    }

    /** The kernel's outputs, or the operand that it changes, come out otherwise. */
    static Change writes(Class<?> kind, Consumer<Elements> edit) {
        return writes(kind::isInstance, edit);
    }

    /** The outputs of some ops' kernels come out otherwise. */
    static Change writes(Predicate<Op<?, ?>> which, Consumer<Elements> edit) {
        return kernels(which, new Rewiring() {
            @Override
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Launch launch = binder.bind(operands, outputs, workspace);
                return (queue, step) -> {
                    launch.run(queue, step);
                    outputs.forEach(output -> {
                        Elements elements = Elements.read(queue, output, step);
                        edit.accept(elements);
                        elements.write(queue, output);
                    });
                };
            }
        });
    }

    /** The kernel changes an operand that it only reads. */
    static Change scribbles(Class<?> kind, String operand, Consumer<Elements> edit) {
        return kernels(kind, new Rewiring() {
            @Override
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Map<String, Buffer> named = new HashMap<>();
                operands.map(new Roles<Buffer, Buffer>() {
                    @Override
                    public Buffer take(Role role, String name, Buffer each) {
                        named.put(name, each);
                        return each;
                    }
                });
                Launch launch = binder.bind(operands, outputs, workspace);
                return (queue, step) -> {
                    launch.run(queue, step);
                    Buffer each = named.getOrDefault(operand, outputs.getFirst());
                    Elements elements = Elements.read(queue, each, step);
                    edit.accept(elements);
                    elements.write(queue, each);
                };
            }
        });
    }

    /** The kernel runs when it shouldn't, or doesn't when it should: {@code run} gets the launch and how often it has been asked for. */
    static Change runs(Class<?> kind, Times times) {
        return kernels(kind, new Rewiring() {
            @Override
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Launch launch = binder.bind(operands, outputs, workspace);
                int[] count = {0};
                return (queue, step) -> {
                    if (times.runs(count[0]++)) {
                        launch.run(queue, step);
                    }
                };
            }
        });
    }

    /** Whether a kernel runs. */
    @FunctionalInterface
    interface Times {
        boolean runs(int before);
    }

    /** The kernel is told of another number of rows. */
    static Change rows(Class<?> kind, Extent extent, int more) {
        return kernels(kind, new Rewiring() {
            @Override
            public <B extends Operands<Buffer>> Launch bind(
                    Backend correct, Binder<B> binder, B operands, List<Buffer> outputs, Buffer workspace) {
                Launch launch = binder.bind(operands, outputs, workspace);
                return (queue, step) -> launch.run(queue, with(step, extent, more));
            }
        });
    }

    private static StepShape with(StepShape step, Extent extent, int more) {
        Map<Extent, Integer> sizes = new HashMap<>();
        for (Extent each : step.extents()) {
            sizes.put(each, Math.max(0, step.size(each) + (each.equals(extent) ? more : 0)));
        }
        return new StepShape(sizes);
    }
}
