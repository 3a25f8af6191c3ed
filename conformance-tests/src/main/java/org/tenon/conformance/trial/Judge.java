package org.tenon.conformance.trial;

import java.util.List;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Roles;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Given;
import org.tenon.conformance.oracle.Exact;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.oracle.Rounding;

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
     * @return the outputs, and after them each operand that the op changes, as it is afterwards
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
        List<Exact> expected = oracles.compute(each.op(), exact, sizes, precision);
        return each.published()
                .map(given -> List.of(published(expected.getFirst(), given)))
                .orElse(expected);
    }

    /**
     * What is published, in place of what the oracle says. Whoever published it computed in F32 too, so it may be as far off as a backend
     * may, and a backend twice as far from it; but no further, or the oracle means something else.
     */
    private static Exact published(Exact expected, Given published) {
        Exact out = expected.copy();
        for (int i = 0; i < expected.count(); i++) {
            double value = published.value(i);
            double off = Math.abs(value - expected.at(i));
            double rounding = Rounding.error(expected.type(), Math.abs(expected.at(i)) + expected.bound(i));
            boolean near =
                    Double.isFinite(off) && off <= expected.bound(i) + rounding; // infinity is near to nothing else
            if (!near && Double.compare(value, expected.at(i)) != 0) {
                throw new IllegalStateException("the suite's oracle says " + expected.at(i) + " within "
                        + (expected.bound(i) + rounding) + " for element " + i + ", but " + value + " is published");
            }
            out.set(value, 2 * expected.bound(i) + (expected.bound(i) > 0 ? rounding : 0), i);
        }
        return out;
    }
}
