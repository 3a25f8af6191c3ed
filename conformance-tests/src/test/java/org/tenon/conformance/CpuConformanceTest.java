package org.tenon.conformance;

import org.tenon.api.backend.BackendProvider;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Providers;

/** The CPU backend with all that this machine has. */
class CpuConformanceTest extends BackendConformance {
    @Override
    protected BackendProvider provider() {
        return Providers.named("cpu");
    }

    @Override
    protected void reported(Report report) {
        PublishedPage.holds(report);
    }
}
