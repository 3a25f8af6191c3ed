package org.tenon.backend.cpu.ffi;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tenon.api.TenonException;

/** The instruction sets that the C kernels are compiled for, each a superset of those before it. */
public enum Isa {
    /** What every x86-64 has: SSE2. */
    GENERIC,
    /** AVX2, FMA and F16C. */
    AVX2,
    /** AVX-512 F, BW, DQ and VL. */
    AVX512,
    /** AVX-512 with products of BF16. */
    AVX512BF16;

    /** Names the instruction set to use, if not the best that the machine has. */
    public static final String PROPERTY = "org.tenon.cpu.isa";

    /** {@return the name in the property, and the end of the C functions' names} */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The set to use.
     *
     * @param asked what the property says
     * @param there the sets that the machine has
     * @return the set asked for
     * @throws TenonException when there is none of that name, or the machine doesn't have it
     */
    static Isa chosen(String asked, List<Isa> there) {
        return there.stream()
                .filter(isa -> isa.id().equals(asked))
                .findFirst()
                .orElseThrow(() -> new TenonException(
                        "-D" + PROPERTY + "=" + asked + " can't be used on this machine; give one of "
                                + there.stream().map(Isa::id).collect(Collectors.joining(", "))
                                + ", or leave it out"));
    }
}
