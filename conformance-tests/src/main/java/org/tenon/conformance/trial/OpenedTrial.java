package org.tenon.conformance.trial;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.backend.Backend;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Primitive;
import org.tenon.api.op.Roles;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.oracle.Exact;

/** Runs a case opened up into simpler ops, whatever kernel the backend has for it: that must be within the same bounds. */
public record OpenedTrial() implements Trial {
    @Override
    public String name() {
        return "opened";
    }

    /**
     * Whether an op can be opened up.
     *
     * @param op the op
     * @return false for a primitive
     */
    public static boolean applies(Op<?, ?> op) {
        return !(op instanceof Primitive<?, ?>);
    }

    @Override
    public Outcome run(Case each, Backend backend, Judge judge) {
        ProgramWriter writer = new ProgramWriter(each.step(), DType.F32);
        Map<Tensor, HostSource> contents = new LinkedHashMap<>();
        List<Tensor> changed = new ArrayList<>();
        Operands<Tensor> tensors = each.in().map(new Roles<Given, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Given operand) {
                HostSource source = HostSource.of(name, operand, each.step());
                if (role == Role.WEIGHT) {
                    return writer.weight(source);
                }
                Tensor tensor = source.type().equals(DType.I32)
                        ? writer.input(name, source.shape())
                        : writer.state(name, source.type(), source.shape());
                contents.put(tensor, source);
                if (role == Role.INOUT) {
                    changed.add(tensor);
                }
                return tensor;
            }
        });
        List<Tensor> results = writer.ops().emit(each.typed(), tensors);
        List<Tensor> read = Stream.concat(results.stream(), changed.stream()).toList();
        List<Exact> expected = judge.expected(each);
        Comparison comparison = new Comparison();
        Backend under = new Without(backend, each.op().getClass());
        try (Runner runner = Runner.of(writer.finish(results), under, (done, total) -> {})) {
            contents.forEach((tensor, source) -> {
                if (runner.uses(tensor)) {
                    runner.upload(tensor, source.bytes(), source.bytes().byteSize());
                }
            });
            runner.run(each.step());
            for (int i = 0; i < read.size(); i++) {
                comparison.compare(read.get(i).name(), expected.get(i), download(runner, read.get(i), expected.get(i)));
            }
        }
        Optional<String> fault = comparison.fault();
        return fault.map(Outcome::failed).orElseGet(() -> Outcome.passed(comparison.summary(), comparison.worst()));
    }

    private static double[] download(Runner runner, Tensor tensor, Exact expected) {
        int count = expected.count();
        int size = tensor.type().blockBytes();
        MemorySegment bytes = MemorySegment.ofArray(new long[(count * size + Long.BYTES - 1) / Long.BYTES]);
        runner.download(tensor, 0, bytes, (long) count * size);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Scalars.get(tensor.type(), bytes, (long) i * size);
        }
        return values;
    }
}
