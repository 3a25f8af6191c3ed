package org.tenon.backend.cpu;

import java.util.List;
import java.util.stream.Stream;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Reproducibility;
import org.tenon.backend.cpu.ffi.NativeKernels;
import org.tenon.backend.cpu.ffi.OneDnn;

/** The groups of kernels that a backend can be opened with. */
enum Tier {
    /** Plain Java alone. */
    JAVA,
    /** oneDNN, and plain Java for the rest. */
    ONEDNN,
    /** Our own C kernels in the variant that suits the machine, and plain Java for the rest. */
    C,
    /** Everything, as a model gets it. */
    ALL;

    private static final int THREADS = 3; // odd, and more than many a machine has

    /** Those of this machine; {@code ProviderTest} holds that the libraries are among them where they must be. */
    static List<Tier> present() {
        boolean onednn = OneDnn.find().library().isPresent();
        boolean c = NativeKernels.find().kernels().isPresent();
        return Stream.of(values())
                .filter(tier -> onednn || !tier.onednn())
                .filter(tier -> c || !tier.c())
                .toList();
    }

    private boolean onednn() {
        return this == ONEDNN || this == ALL;
    }

    private boolean c() {
        return this == C || this == ALL;
    }

    Backend open() {
        return open(THREADS);
    }

    Backend open(int threads) {
        return open(threads, Reproducibility.NONE);
    }

    Backend open(int threads, Reproducibility level) {
        return CpuBackend.open(
                threads,
                1L << 30,
                OneDnn.find().library().filter(library -> onednn()),
                NativeKernels.find().kernels().filter(kernels -> c()),
                level == Reproducibility.BATCH_INVARIANT);
    }
}
