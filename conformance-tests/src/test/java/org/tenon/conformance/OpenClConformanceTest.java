package org.tenon.conformance;

import org.tenon.api.backend.BackendProvider;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Providers;

/** The OpenCL backend on the first device of this machine; where there is none, the test says so and is not run. */
class OpenClConformanceTest extends BackendConformance {
    @Override
    protected BackendProvider provider() {
        return Providers.named("opencl");
    }

    @Override
    protected void reported(Report report) {
        PublishedPage.holds(report);
    }
}
