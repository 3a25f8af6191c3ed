package org.tenon.conformance.onnx;

import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.cases.Lie;
import org.tenon.conformance.oracle.Oracles;

/**
 * The node cases that ONNX publishes for ops that Tenon shares, as {@code src/main/python/onnx_cases.py} exports them; that file tells which
 * can't be stated, and why. What a backend gives must be what is published, and so must what the suite's own oracle gives.
 */
public final class OnnxCases implements CaseSource {
    /** The cases of the file that comes with the suite. */
    public OnnxCases() {}

    @Override
    public Stream<Case> cases() {
        return OnnxFile.read().stream().map(OnnxCases::stated);
    }

    private static Case stated(OnnxCase each) {
        Statement statement = Statements.of(each);
        return new Case(
                statement.op().getClass().getSimpleName() + "/ONNX/" + each.name(),
                statement.op(),
                statement.in(),
                Lie.DENSE,
                statement.step(),
                statement.step(),
                Optional.of(statement.output().given()));
    }

    /**
     * Oracles that know the ops which these cases have beside Tenon's own.
     *
     * @param oracles the others
     * @return the oracles with them
     */
    public static Oracles with(Oracles oracles) {
        return oracles.with(Softmax.class, Softmax::oracle);
    }
}
