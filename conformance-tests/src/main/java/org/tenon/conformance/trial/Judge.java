package org.tenon.conformance.trial;

import java.util.List;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;

/**
 * Knows what must come out of a case.
 *
 * @param oracles the meaning of each op
 * @param precision how precise the backend claims to be
 */
public record Judge(Oracles oracles, Precision precision) {
    /**
     * What must come out.
     *
     * @param each the case
     * @return the outputs; of an op that changes an operand, that operand afterwards
     */
    public List<Exact> expected(Case each) {
        Operands<Exact> exact = each.in().map(new Roles<Given, Exact>() {
            @Override
            public Exact take(Role role, String name, Given operand) {
                return operand.exact(each.step());
            }
        });
        int[] sizes = each.inferred().stream()
                .findFirst()
                .map(spec -> Given.sizes(spec.shape(), each.step()))
                .orElse(new int[0]);
        return oracles.compute(each.op(), exact, sizes, precision);
    }
}
