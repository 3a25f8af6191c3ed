package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.backend.cpu.ffi.OneDnn;

/** The groups of kernels that a backend can be opened with. */
enum Tier {
    JAVA,
    ONEDNN;

    private static final int THREADS = 3; // odd, and more than many a machine has

    /** Those of this machine; {@code ProviderTest} holds that oneDNN is among them where it must be. */
    static List<Tier> present() {
        return OneDnn.find().library().isPresent() ? List.of(JAVA, ONEDNN) : List.of(JAVA);
    }

    Backend open() {
        return open(THREADS);
    }

    Backend open(int threads) {
        return CpuBackend.open(
                threads,
                1L << 30,
                this == JAVA ? Optional.empty() : OneDnn.find().library());
    }
}
