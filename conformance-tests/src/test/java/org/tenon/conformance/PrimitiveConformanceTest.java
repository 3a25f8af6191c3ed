package org.tenon.conformance;

import org.tenon.api.backend.BackendProvider;
import org.tenon.conformance.report.Report;
import org.tenon.testing.primitive.PrimitiveProvider;

/** A backend that has nothing but the primitives: every other op comes out right opened up. */
class PrimitiveConformanceTest extends BackendConformance {
    @Override
    protected BackendProvider provider() {
        return new PrimitiveProvider();
    }

    @Override
    protected void reported(Report report) {
        PublishedPage.holds(report);
    }
}
