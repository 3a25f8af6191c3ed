package com.example.retention;

import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.op.Attention;
import org.tenon.conformance.LayerConformance;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.cases.Catalogue;
import org.tenon.conformance.oracle.Oracles;

class RetentionConformanceTest extends LayerConformance {
    @Override
    protected List<LayerSpec> layers() {
        return List.of(new Retention(4), new Retention(1), new Shift());
    }

    /** Retention's operands are those of attention, so its cases can be attention's. */
    @Override
    protected List<CaseSource> cases() {
        return List.of(() -> Catalogue.cases(List.of()).stream().flatMap(RetentionConformanceTest::retain));
    }

    private static Stream<Case> retain(Case each) {
        if (!(each.op() instanceof Attention attention && attention.features().isEmpty())) {
            return Stream.empty();
        }
        int heads = Math.toIntExact(each.inferred().getFirst().shape().size(1));
        Retain op = new Retain(attention.scale(), new Retention(heads).decays(), attention.keys());
        String id = each.id().replace("Attention", "Retain");
        return Stream.of(new Case(id, op, each.in(), each.outputs(), each.step(), each.most()));
    }

    @Override
    protected Oracles oracles() {
        return Oracles.standard().with(Retain.class, RetainOracle::compute);
    }
}
