package org.tenon.conformance.mutant;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;

/** The faults of scans. */
final class ScanMutants {
    /** Slots of the cases' pools. */
    private static final int SLOTS = 7;

    private ScanMutants() {}

    static List<Mutant> all() {
        return List.of(
                new Mutant(
                        "the last inputs of a convolution not kept",
                        "CausalConv/F32/decode in place",
                        Changes.reads(CausalConv.class, "write", each(_ -> -1))),
                new Mutant(
                        "a convolution one row late",
                        "CausalConv/F32/prefill",
                        Changes.reads(CausalConv.class, "weight", ScanMutants::later)),
                new Mutant(
                        "a convolution that reaches into another sequence",
                        "CausalConv/F32/ragged",
                        Changes.reads(CausalConv.class, "sequence", each(x -> Math.min(x, 0)))),
                new Mutant(
                        "a neighbour's state read",
                        "SelectiveScan/F32/decode of many",
                        Changes.reads(SelectiveScan.class, "read", each(x -> x < 0 ? x : (x + 1) % SLOTS))),
                new Mutant(
                        "d dropped",
                        "SelectiveScan/F32/prefill",
                        Changes.reads(SelectiveScan.class, "d", each(_ -> 0))),
                new Mutant(
                        "step sizes without softplus",
                        "SelectiveScan/F32/prefill",
                        Changes.reads(
                                SelectiveScan.class,
                                "dt",
                                each(x -> Math.log(Math.expm1(Math.max(x, 0.01)))))), // the softplus of this is x
                new Mutant(
                        "b and c swapped", "SelectiveScan/F32/prefill", Changes.swapped(SelectiveScan.class, "b", "c")),
                new Mutant(
                        "a state not written",
                        "StateSpaceDual/F32/written on the way",
                        Changes.reads(StateSpaceDual.class, "write", each(_ -> -1))),
                new Mutant(
                        "a beginning that reads what lies there",
                        "StateSpaceDual/F32/prefill",
                        Changes.reads(StateSpaceDual.class, "read", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "step sizes without limits",
                        "StateSpaceDual/F32/prefill/4 heads",
                        Changes.op(
                                StateSpaceDual.class,
                                op -> new StateSpaceDual(0, Double.POSITIVE_INFINITY, op.type()))),
                new Mutant(
                        "step sizes without their bias",
                        "StateSpaceDual/F32/prefill",
                        Changes.reads(StateSpaceDual.class, "bias", each(_ -> 0))));
    }

    private static Consumer<Elements> each(DoubleUnaryOperator change) {
        return elements -> {
            for (int row = 0; row < elements.rows(); row++) {
                for (int column = 0; column < elements.width(); column++) {
                    elements.set(row, column, change.applyAsDouble(elements.get(row, column)));
                }
            }
        };
    }

    /** Each row in the place of the one before; the last is lost. */
    private static void later(Elements elements) {
        for (int row = 0; row < elements.rows(); row++) {
            for (int column = 0; column < elements.width(); column++) {
                elements.set(row, column, row + 1 < elements.rows() ? elements.get(row + 1, column) : 0);
            }
        }
    }
}
