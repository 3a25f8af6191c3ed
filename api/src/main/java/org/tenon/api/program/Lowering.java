package org.tenon.api.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Primitive;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/**
 * Finds a kernel for each op of a program, from the top down: an op that the backend has none for, or whose features the kernel doesn't
 * handle, is opened up.
 */
final class Lowering extends Recorder {
    /** Deeper than any op is made of others; an op that is made of itself would never end. */
    private static final int MAX_DEPTH = 16;

    private final Backend backend;
    private final Map<Node.Call<?, ?>, Lookup.Native<?>> kernels = new HashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private int depth;

    private Lowering(Program program, Backend backend) {
        super(program.values(), program.bounds(), program.activations(), ProgramWriter.TEMPORARY_BYTES);
        this.backend = backend;
    }

    /**
     * What became of a program on a backend.
     *
     * @param load what runs once
     * @param step what runs in each step
     * @param kernels the kernel of each call
     */
    record Lowered(List<Node> load, List<Node> step, Map<Node.Call<?, ?>, Lookup.Native<?>> kernels) {}

    static Lowered lower(Program program, Backend backend) {
        Lowering lowering = new Lowering(program, backend);
        lowering.whileLoading(() -> program.load().forEach(lowering::again));
        program.step().forEach(lowering::again);
        if (!lowering.missing.isEmpty()) {
            throw new MissingKernels(backend.name(), new ArrayList<>(lowering.missing));
        }
        return new Lowered(lowering.loadNodes(), lowering.stepNodes(), lowering.kernels);
    }

    private void again(Node node) {
        switch (node) {
            case Node.Call<?, ?> call -> place(call);
            case Node.Loop loop ->
                repeat(loop.turns(), loop.counter(), () -> loop.body().forEach(this::again));
        }
    }

    @Override
    boolean counting() {
        return true;
    }

    @Override
    <I extends Operands<Tensor>, B extends Operands<Buffer>> void place(Node.Call<I, B> call) {
        Lookup<B> lookup = backend.find(call.op(), call.in(), call.out());
        String reason = switch (lookup) {
            case Lookup.Native<B> kernel -> {
                if (kernel.handles().containsAll(call.op().features())) {
                    kernels.put(call, kernel);
                    append(call);
                    yield "";
                }
                yield "the kernel handles " + kernel.handles() + ", not "
                        + call.op().features();
            }
            case Lookup.Unsupported<B> unsupported -> unsupported.reason();
        };
        if (reason.isEmpty()) {
            return;
        }
        if (call.op() instanceof Primitive) {
            missing.add(Listing.line(call) + ": " + reason);
        } else {
            open(call);
        }
    }

    private <I extends Operands<Tensor>, B extends Operands<Buffer>> void open(Node.Call<I, B> call) {
        if (++depth > MAX_DEPTH) {
            throw new IllegalStateException(call.op() + " is made of itself: its lowering never ends");
        }
        whileOpen(call.out(), () -> call.op().lower(this, call.in(), call.out()));
        depth--;
    }
}
