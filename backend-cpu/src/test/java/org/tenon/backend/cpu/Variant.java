package org.tenon.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.backend.cpu.ffi.NativeKernels;

/**
 * One form of the kernels that aren't products: plain Java, or C for one instruction set.
 *
 * @param kernels the C kernels; none for plain Java
 */
record Variant(Optional<NativeKernels> kernels) {
    private static final int THREADS = 3;

    /** Those that this machine can run; {@code ProviderTest} holds that the library is there where it must be. */
    static List<Variant> all() {
        List<Variant> all = new ArrayList<>();
        all.add(new Variant(Optional.empty()));
        NativeKernels.variants().forEach(kernels -> all.add(new Variant(Optional.of(kernels))));
        return all;
    }

    Backend open() {
        return open(THREADS);
    }

    Backend open(int threads) {
        return CpuBackend.open(threads, 1L << 30, Optional.empty(), kernels, false);
    }

    @Override
    public String toString() {
        return kernels.map(each -> each.isa().id()).orElse("java");
    }
}
