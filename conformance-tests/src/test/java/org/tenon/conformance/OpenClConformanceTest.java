package org.tenon.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Providers;

/** The OpenCL backend on the first device of this machine; where there is none, the test says so and is not run. */
class OpenClConformanceTest extends BackendConformance {
    @Override
    protected BackendProvider provider() {
        return Providers.named("opencl");
    }

    /** The page tells what a processor has kernels for. */
    @Override
    protected void reported(Report report) {
        Device device = provider().devices().getFirst();
        assumeTrue(device.tiers().getFirst().name().endsWith("work-groups of one"), device::description);
        PublishedPage.holds(report);
    }
}
