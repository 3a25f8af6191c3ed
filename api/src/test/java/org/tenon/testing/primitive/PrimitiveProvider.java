package org.tenon.testing.primitive;

import java.util.List;
import java.util.function.Predicate;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Refused;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Iota;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.Roles;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** A backend that has nothing but the primitives, in F32 and I32, written to be read and not to be fast. */
public final class PrimitiveProvider implements BackendProvider {
    private static final Device DEVICE = new Device("0", "plain loops", 8L << 30, List.of());

    @Override
    public String name() {
        return "primitive";
    }

    @Override
    public Presence presence() {
        return Presence.at("built in");
    }

    @Override
    public List<Device> devices() {
        return List.of(DEVICE);
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        if (!numerics.equals(Numerics.F32)) {
            throw new Refused(name(), numerics.toString(), Numerics.F32.toString());
        }
        return KernelBackend.on(name(), new HostMemory(name(), device.memoryBytes()), HostMemory.queue())
                .kernel(
                        Fill.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements to = new Elements(outputs.getFirst(), step);
                            to.each((a, b, c, d) -> to.set(to.at(a, b, c, d), op.value()));
                        }))
                .kernel(
                        Iota.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements to = new Elements(outputs.getFirst(), step);
                            to.each((a, b, c, d) -> to.setWhole(to.at(a, b, c, d), (int) d));
                        }))
                .kernel(
                        Convert.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements x = new Elements(operands.x(), step);
                            Elements to = new Elements(outputs.getFirst(), step);
                            to.each((a, b, c, d) -> {
                                long at = x.at(a, b, c, d);
                                to.set(to.at(a, b, c, d), x.integer ? x.whole(at) : x.real(at));
                            });
                        }))
                .kernel(
                        Unary.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements x = new Elements(operands.x(), step);
                            Elements to = new Elements(outputs.getFirst(), step);
                            to.each((a, b, c, d) -> {
                                long at = x.at(a, b, c, d);
                                double value = x.integer ? x.whole(at) : x.real(at);
                                to.set(
                                        to.at(a, b, c, d),
                                        op.function().meaning().applyAsDouble(value));
                            });
                        }))
                .kernel(
                        Binary.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements to = new Elements(outputs.getFirst(), step);
                            Elements x = new Elements(operands.a(), step).broadcastTo(to);
                            Elements y = new Elements(operands.b(), step).broadcastTo(to);
                            to.each((a, b, c, d) -> {
                                long left = x.at(a, b, c, d);
                                long right = y.at(a, b, c, d);
                                double value = x.integer
                                        ? op.function().whole().applyAsInt(x.whole(left), y.whole(right))
                                        : op.function().meaning().applyAsDouble(x.real(left), y.real(right));
                                to.set(to.at(a, b, c, d), value);
                            });
                        }))
                .kernel(
                        Select.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements to = new Elements(outputs.getFirst(), step);
                            Elements condition = new Elements(operands.condition(), step).broadcastTo(to);
                            Elements yes = new Elements(operands.yes(), step).broadcastTo(to);
                            Elements no = new Elements(operands.no(), step).broadcastTo(to);
                            to.each((a, b, c, d) -> {
                                Elements from = condition.whole(condition.at(a, b, c, d)) != 0 ? yes : no;
                                to.setWhole(to.at(a, b, c, d), from.whole(from.at(a, b, c, d)));
                            });
                        }))
                .kernel(
                        Reduce.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements x = new Elements(operands.x(), step);
                            Elements to = new Elements(outputs.getFirst(), step);
                            boolean sum = op.function().equals(Reduce.SUM);
                            to.each((a, b, c, d) -> {
                                double result = sum ? 0 : Double.NEGATIVE_INFINITY;
                                for (long i = 0; i < x.sizes[3]; i++) {
                                    float value = x.real(x.at(a, b, c, i));
                                    result = sum ? result + value : Math.max(result, value);
                                }
                                to.set(to.at(a, b, c, d), result);
                            });
                        }))
                .kernel(
                        MatMul.class,
                        (op, in, out) -> with(in, out, (operands, outputs, step) -> {
                            Elements x = new Elements(operands.a(), step);
                            Elements y = new Elements(operands.b(), step);
                            Elements to = new Elements(outputs.getFirst(), step);
                            long stackStride = y.strides[1];
                            to.each((a, b, c, d) -> {
                                long matrix = 0;
                                if (operands.index().isPresent()) {
                                    Buffer index = operands.index().get();
                                    Elements which = new Elements(index, step);
                                    matrix = index.shape().rank() == 1
                                            ? which.whole(which.at(0, 0, 0, b))
                                            : which.whole(which.at(0, 0, a, b));
                                }
                                double sum = 0;
                                for (long k = 0; matrix >= 0 && k < x.sizes[3]; k++) {
                                    long right = op.transposed() ? y.at(0, 0, d, k) : y.at(0, 0, k, d);
                                    sum += (double) x.real(x.at(a, b, c, k)) * y.real(matrix * stackStride + right);
                                }
                                to.set(to.at(a, b, c, d), sum);
                            });
                        }))
                .kernel(
                        Gather.class,
                        (op, in, out) -> with(
                                in,
                                out,
                                (operands, outputs, step) ->
                                        rows(operands.index(), step, operands.source(), outputs.getFirst(), true)))
                .kernel(
                        Scatter.class,
                        (op, in, out) -> with(
                                in,
                                out,
                                (operands, outputs, step) ->
                                        rows(operands.index(), step, operands.target(), operands.rows(), false)))
                .build();
    }

    /** Copies row {@code index[i]} of one to row {@code i} of the other, or the other way round. */
    private static void rows(Buffer index, StepShape step, Buffer indexed, Buffer inOrder, boolean gather) {
        Elements which = new Elements(index, step);
        Elements far = new Elements(indexed, step);
        Elements near = new Elements(inOrder, step);
        int outer = 4 - inOrder.shape().rank(); // where the rows are counted
        near.each((a, b, c, d) -> {
            long[] at = {a, b, c, d};
            int row = which.whole(which.at(0, 0, 0, at[outer]));
            long here = near.at(a, b, c, d);
            at[outer] = row;
            long there = row < 0 ? 0 : far.at(at[0], at[1], at[2], at[3]);
            if (gather) {
                near.setWhole(here, row < 0 ? 0 : far.whole(there));
            } else if (row >= 0) {
                far.setWhole(there, near.whole(here));
            }
        });
    }

    /** What a kernel does in a step. */
    @FunctionalInterface
    private interface Body<B> {
        void run(B operands, List<Buffer> outputs, StepShape step);
    }

    /** A kernel for operands and outputs in F32 and I32. */
    private static <B extends Operands<Buffer>> Lookup<B> with(Operands<Tensor> in, List<Tensor> out, Body<B> body) {
        Predicate<DType> known = type -> type.equals(DType.F32) || type.equals(DType.I32);
        boolean[] fits = {out.stream().allMatch(tensor -> known.test(tensor.type()))};
        in.map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                fits[0] &= known.test(operand.type());
                return operand;
            }
        });
        return fits[0]
                ? Lookup.kernel((operands, outputs, workspace) -> (queue, step) -> body.run(operands, outputs, step))
                : Lookup.unsupported("only F32 and I32");
    }
}
