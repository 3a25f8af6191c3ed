package org.tenon.api.program;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/** Gives every tensor of a lowered program its place, and binds kernels to the places. */
final class Placement implements AutoCloseable {
    private record Site(Storage storage, long offset) {}

    private record Use(Node.Call<?, ?> call, String name, WeightUse use) {
        boolean is(Node.Call<?, ?> other, String operand) {
            return call.equals(other) && name.equals(operand);
        }
    }

    /** What every kernel may count on, even if none asked for scratch memory. */
    private static final long LEAST_WORKSPACE = 64;

    private final Backend backend;
    private final Map<Node.Call<?, ?>, Lookup.Native<?>> kernels;
    private final Map<Tensor, Site> sites = new HashMap<>();
    private final Map<Tensor, List<Use>> uses = new LinkedHashMap<>();
    private final Map<Tensor, Prepared> weights = new HashMap<>();
    private final List<Storage> storages = new ArrayList<>();
    private final Buffer workspace;
    private long bytes;

    private Placement(Backend backend, Lowering.Lowered lowered, StepShape bounds) {
        this.backend = backend;
        this.kernels = lowered.kernels();
        long scratch = LEAST_WORKSPACE;
        for (Lookup.Native<?> kernel : kernels.values()) {
            scratch = Math.max(scratch, kernel.workspaceBytes().applyAsLong(bounds));
        }
        this.workspace = new Buffer(
                "workspace",
                TensorSpec.dense(DType.I32, Shape.of((scratch + 3) / 4)),
                allocate(scratch),
                0,
                Layout.DENSE);
    }

    static Placement of(Program program, Lowering.Lowered lowered, Backend backend, Runner.Progress progress) {
        Placement placement = new Placement(backend, lowered, program.bounds());
        try {
            placement.collect(program.values(), lowered.load());
            placement.collect(program.values(), lowered.step());
            placement.prepare(program.values(), progress);
            placement.place(program, lowered);
            return placement;
        } catch (RuntimeException | Error failure) {
            placement.close();
            throw failure;
        }
    }

    boolean holds(Tensor tensor) {
        return sites.containsKey(tensor.root());
    }

    long bytes() {
        return bytes;
    }

    /** The place of a tensor that isn't a weight. */
    Buffer buffer(Tensor tensor) {
        Site site = sites.get(tensor.root());
        if (site == null) {
            throw new IllegalArgumentException(tensor + " has no place: no op of the program reads or writes it");
        }
        return new Buffer(tensor.name(), tensor.spec(), site.storage(), site.offset() + tensor.offset(), Layout.DENSE);
    }

    private void collect(Values values, List<Node> nodes) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call -> collect(values, call);
                case Node.Loop loop -> collect(values, loop.body());
            }
        }
    }

    private void collect(Values values, Node.Call<?, ?> call) {
        call.in().map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                if (values.kind(operand) == Values.Kind.WEIGHT) {
                    List<Layout> layouts = role == Role.WEIGHT
                            ? kernel(call).layouts().getOrDefault(base(name), List.of(Layout.DENSE))
                            : List.of(Layout.DENSE);
                    uses.computeIfAbsent(operand.root(), root -> new ArrayList<>())
                            .add(new Use(call, name, new WeightUse(call.op(), base(name), layouts)));
                }
                return operand;
            }
        });
    }

    /** The name of an operand without the index that it has in a list. */
    private static String base(String name) {
        int bracket = name.indexOf('[');
        return bracket < 0 ? name : name.substring(0, bracket);
    }

    private void prepare(Values values, Runner.Progress progress) {
        long total = 0;
        for (Tensor weight : uses.keySet()) {
            WeightSource source = values.source(weight);
            total += source.rows() * source.rowBytes();
        }
        long done = 0;
        for (Map.Entry<Tensor, List<Use>> entry : uses.entrySet()) {
            WeightSource source = values.source(entry.getKey());
            List<WeightUse> wanted = entry.getValue().stream().map(Use::use).toList();
            weights.put(entry.getKey(), backend.prepare(source, wanted));
            done += source.rows() * source.rowBytes();
            progress.prepared(done, total);
        }
    }

    private void place(Program program, Lowering.Lowered lowered) {
        StepShape bounds = program.bounds();
        Values values = program.values();
        Set<Tensor> loading = new LinkedHashSet<>();
        roots(lowered.load(), loading);
        Set<Tensor> all = new LinkedHashSet<>(loading);
        roots(lowered.step(), all);
        Plan plan = new Plan(values, bounds, lowered.step());
        Storage arena = allocate(plan.bytes());
        for (Tensor root : all) {
            switch (values.kind(root)) {
                case WEIGHT, CONSTANT -> {
                    // weights have places of their own; constants follow
                }
                case INPUT, STATE, HOISTED -> sites.put(root, new Site(allocate(Plan.room(root.spec(), bounds)), 0));
                case TEMPORARY, VARIABLE ->
                    sites.put(
                            root,
                            loading.contains(root)
                                    ? new Site(allocate(Plan.room(root.spec(), bounds)), 0)
                                    : new Site(arena, plan.offset(root)));
            }
        }
        try (Arena host = Arena.ofConfined()) {
            values.constants(host).forEach((tensor, contents) -> {
                if (all.contains(tensor)) {
                    Storage storage = allocate(contents.byteSize());
                    backend.queue().upload(contents, storage, 0, contents.byteSize());
                    sites.put(tensor, new Site(storage, 0));
                }
            });
        }
    }

    private static void roots(List<Node> nodes, Set<Tensor> found) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call -> {
                    call.out().forEach(out -> found.add(out.root()));
                    call.in().map(new Roles<Tensor, Tensor>() {
                        @Override
                        public Tensor take(Role role, String name, Tensor operand) {
                            found.add(operand.root());
                            return operand;
                        }
                    });
                }
                case Node.Loop loop -> roots(loop.body(), found);
            }
        }
    }

    private Storage allocate(long size) {
        Storage storage = backend.memory().allocate(Math.max(4, size));
        storages.add(storage);
        bytes += size;
        return storage;
    }

    /** A list that is ready to be walked. */
    Bound bind(List<Node> nodes) {
        List<Bound> parts = new ArrayList<>();
        for (Node node : nodes) {
            parts.add(
                    switch (node) {
                        case Node.Call<?, ?> call ->
                            new Bound.Call(Kernel.of(call, kernel(call).variant()), bind(call));
                        case Node.Loop loop -> new Bound.Loop(loop.turns(), bind(loop.body()));
                    });
        }
        return new Bound.Sequence(parts);
    }

    @SuppressWarnings(
            "unchecked") // an op's operands over tensors become the same record over buffers; a call's kernel was found
    // for its op
    private <I extends Operands<Tensor>, B extends Operands<Buffer>> Launch bind(Node.Call<I, B> call) {
        B operands = (B) call.in().map(new Roles<Tensor, Buffer>() {
            @Override
            public Buffer take(Role role, String name, Tensor operand) {
                return place(call, name, operand);
            }
        });
        List<Buffer> outputs = call.out().stream().map(this::buffer).toList();
        Lookup.Native<B> kernel = (Lookup.Native<B>) kernel(call);
        return kernel.binder().bind(operands, outputs, workspace);
    }

    private Lookup.Native<?> kernel(Node.Call<?, ?> call) {
        return Objects.requireNonNull(kernels.get(call));
    }

    private Buffer place(Node.Call<?, ?> call, String name, Tensor operand) {
        Prepared prepared = weights.get(operand.root());
        if (prepared == null) {
            return buffer(operand);
        }
        Buffer whole = prepared.buffer(use(call, name, operand.root()));
        return new Buffer(
                operand.name(), operand.spec(), whole.storage(), whole.offset() + operand.offset(), whole.layout());
    }

    private int use(Node.Call<?, ?> call, String name, Tensor weight) {
        List<Use> all = uses.getOrDefault(weight, List.of());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).is(call, name)) {
                return i;
            }
        }
        throw new IllegalStateException(Listing.line(call) + " reads " + name + ", which wasn't prepared for it");
    }

    @Override
    public void close() {
        storages.forEach(Storage::close);
        weights.values().forEach(Prepared::close);
    }
}
