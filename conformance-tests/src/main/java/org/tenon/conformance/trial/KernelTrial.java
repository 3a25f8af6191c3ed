package org.tenon.conformance.trial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Layout;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.oracle.Exact;

/**
 * Runs a case on a backend's own kernel, twice: the results must be within the oracle's bounds and the same both times, and nothing but the
 * outputs' elements in the step may have changed.
 */
public record KernelTrial() implements Trial {
    /** What reports call it. */
    public static final String NAME = "native";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Outcome run(Case each, Backend backend, Judge judge) {
        try (Run run = new Run(each, backend, judge)) {
            return run.outcome();
        }
    }

    /** One case with the memory that it takes. */
    private static final class Run implements AutoCloseable {
        private final Case each;
        private final Backend backend;
        private final Judge judge;
        private final List<AutoCloseable> open = new ArrayList<>();
        private final List<Placed> read = new ArrayList<>();
        private final List<Placed> changed = new ArrayList<>();

        Run(Case each, Backend backend, Judge judge) {
            this.each = each;
            this.backend = backend;
            this.judge = judge;
        }

        Outcome outcome() {
            Op<Operands<Tensor>, Operands<Buffer>> op = each.typed();
            List<Tensor> results = new ArrayList<>();
            for (TensorSpec spec : each.inferred()) {
                results.add(Tensor.of("out" + results.size(), each.outputs().spec(spec.type(), spec.shape())));
            }
            List<Placed> outputs = new ArrayList<>();
            for (Tensor result : results) { // before anybody asks: a backend that has no kernel must leave them alone
                outputs.add(kept(Placed.output(
                        backend, result.name(), result.spec(), each.outputs(), each.step(), each.most())));
            }
            return switch (backend.find(op, each.tensors(), results)) {
                case Lookup.Unsupported<Operands<Buffer>> unsupported -> unsupported(unsupported.reason(), outputs);
                case Lookup.Native<Operands<Buffer>> kernel ->
                    kernel.handles().containsAll(op.features())
                            ? outcome(kernel, outputs)
                            : unsupported("the kernel handles " + kernel.handles() + ", not " + op.features(), outputs);
            };
        }

        private static Outcome unsupported(String reason, List<Placed> outputs) {
            return outputs.stream()
                    .flatMap(output -> output.touched(true).stream())
                    .findFirst()
                    .map(touched ->
                            Outcome.failed("the backend says that it has no kernel, but has written: " + touched))
                    .orElseGet(() -> Outcome.unsupported(reason));
        }

        private Outcome outcome(Lookup.Native<Operands<Buffer>> kernel, List<Placed> outputs) {
            Operands<Buffer> operands = each.in().map(new Roles<Given, Buffer>() {
                @Override
                public Buffer take(Role role, String name, Given operand) {
                    return role == Role.WEIGHT ? prepared(kernel, name, operand) : operand(role, name, operand);
                }
            });
            long bytes = kernel.workspaceBytes().applyAsLong(each.most());
            Storage memory = kept(backend.memory().allocate(bytes));
            Buffer workspace = new Buffer(
                    "workspace", TensorSpec.dense(DType.F32, Shape.of((bytes + 3) / 4)), memory, 0, Layout.DENSE);
            Launch launch = kernel.binder()
                    .bind(operands, outputs.stream().map(Placed::buffer).toList(), workspace);
            return run(launch, Stream.concat(outputs.stream(), changed.stream()).toList());
        }

        private <T extends AutoCloseable> T kept(T resource) {
            open.add(resource);
            return resource;
        }

        private Buffer operand(Roles.Role role, String name, Given operand) {
            Placed placed = kept(Placed.operand(backend, name, operand, each.step(), each.most()));
            if (role == Roles.Role.INOUT) {
                changed.add(placed);
            } else {
                read.add(placed);
            }
            return placed.buffer();
        }

        private Buffer prepared(Lookup.Native<?> kernel, String name, Given operand) {
            String list = name.replaceFirst("\\[\\d+]$", "");
            List<Layout> layouts = kernel.layouts().getOrDefault(list, List.of(Layout.DENSE));
            Prepared weight = kept(backend.prepare(
                    HostSource.of(name, operand, each.step()), List.of(new WeightUse(each.op(), name, layouts))));
            return weight.buffer(0);
        }

        private Outcome run(Launch launch, List<Placed> results) {
            launch.run(backend.queue(), each.step());
            backend.queue().finish();
            List<double[]> first = results.stream().map(Placed::read).toList();
            changed.forEach(Placed::restore);
            launch.run(backend.queue(), each.step());
            backend.queue().finish();
            List<Exact> expected = judge.expected(each);
            Comparison comparison = new Comparison();
            for (int i = 0; i < results.size(); i++) {
                comparison.compare(results.get(i).buffer().name(), expected.get(i), first.get(i));
                if (!Arrays.equals(first.get(i), results.get(i).read())) {
                    return Outcome.failed("the second run of " + each.op() + " gave other bits than the first");
                }
            }
            return comparison
                    .fault()
                    .or(() -> results.stream()
                            .flatMap(result -> result.touched(false).stream())
                            .findFirst())
                    .or(() -> read.stream()
                            .flatMap(operand -> operand.touched(true).stream())
                            .findFirst())
                    .map(Outcome::failed)
                    .orElseGet(() -> Outcome.passed(comparison.summary(), comparison.worst()));
        }

        @Override
        public void close() {
            Closing.all(open);
        }
    }
}
