package org.tenon.backend.cpu;

import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.backend.cpu.ffi.AttentionKernel;

/** The launch of attention in C: planned by the launching thread, done in pieces by all. */
final class BlockAttention implements Launch, WorkerPool.Task {
    private final Workers workers;
    private final AttentionKernel.Call call;
    private final Dim rows;
    private final Dim blocks;

    private BlockAttention(Workers workers, AttentionKernel.Call call, Dim rows, Dim blocks) {
        this.workers = workers;
        this.call = call;
        this.rows = rows;
        this.blocks = blocks;
    }

    /** An operand's spec, and where it lies once that is known. */
    private record Place(TensorSpec spec, long address) {
        static Place of(Tensor tensor) {
            return new Place(tensor.spec(), 0);
        }

        static Place of(Buffer buffer) {
            return new Place(buffer.spec(), HostMemory.segment(buffer).address());
        }

        AttentionKernel.Heads heads() {
            return new AttentionKernel.Heads(address, spec.stride(0), spec.stride(1));
        }

        AttentionKernel.Pool pool() {
            return new AttentionKernel.Pool(address, spec.stride(0), spec.stride(1), spec.stride(2), spec.type());
        }
    }

    /**
     * The kernel.
     *
     * @param workers do the work
     * @param kernel the C functions
     * @param op how scores are made
     * @param sight which of them count
     * @param in the operands, of types that C kernels take
     * @param out the output
     * @return the answer
     */
    static Lookup.Native<Attention.In<Buffer>> kernel(
            Workers workers, AttentionKernel kernel, Attention op, Sight sight, Attention.In<Tensor> in, Tensor out) {
        int threads = workers.pool().size();
        Dim rows = in.q().shape().dim(0);
        Dim blocks = in.keys().shape().dim(0);
        AttentionKernel.Operands shapes = operands(op, sight, threads, in.map(placing()), Place.of(out));
        return Lookup.<Attention.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    AttentionKernel.Operands bound =
                            operands(op, sight, threads, operands.map(placed()), Place.of(outputs.getFirst()));
                    long address = HostMemory.segment(workspace).address();
                    return new BlockAttention(workers, kernel.bind(bound, address), rows, blocks);
                })
                .workspace(step -> kernel.workspaceBytes(shapes, rows.size(step)));
    }

    private static Roles<Tensor, Place> placing() {
        return new Roles<>() {
            @Override
            public Place take(Role role, String name, Tensor operand) {
                return Place.of(operand);
            }
        };
    }

    private static Roles<Buffer, Place> placed() {
        return new Roles<>() {
            @Override
            public Place take(Role role, String name, Buffer operand) {
                return Place.of(operand);
            }
        };
    }

    private static AttentionKernel.Operands operands(
            Attention op, Sight sight, int threads, Attention.In<Place> in, Place out) {
        TensorSpec keys = in.keys().spec();
        return new AttentionKernel.Operands(
                in.q().heads(),
                in.q().spec().type(),
                out.heads(),
                in.keys().pool(),
                in.values().pool(),
                new AttentionKernel.Places(
                        in.table().address(),
                        in.table().spec().stride(0),
                        in.table().spec().width(),
                        in.bases().address(),
                        in.lengths().address(),
                        in.sequence().address(),
                        in.positions().address()),
                new AttentionKernel.Sizes(
                        in.q().spec().shape().size(1),
                        keys.shape().size(1),
                        keys.width(),
                        in.values().spec().width(),
                        keys.shape().size(2),
                        threads),
                new AttentionKernel.Scores(
                        sight.reach(),
                        sight.ahead(),
                        op.scale(),
                        op.softCap(),
                        in.bias().map(Place::address).orElse(0L),
                        in.bias().map(bias -> bias.spec().stride(0)).orElse(0L),
                        in.bias().map(bias -> bias.spec().shape().size(0) / 2).orElse(-1L)));
    }

    @Override
    public void run(Queue queue, StepShape step) {
        workers.pool().run(call.plan(rows.size(step), blocks.size(step)), this);
    }

    @Override
    public void run(int index, int worker) {
        call.run(index, worker);
    }
}
