package org.tenon.backend.opencl;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;

/** How kernels are cut: for the cores of a processor, or for the many lanes of a GPU. */
public enum Variant {
    /** A work-group is one item, which does a run of units; products keep sums in its registers, on weights in panels. */
    PROCESSOR("work-groups of one"),
    /** A work-group shares a unit by local memory and barriers; what is done element by element has an item for each. */
    GPU("work-groups with local memory");

    /** Names the variant for all devices, {@code processor} or {@code gpu}; where it isn't set, a device's type decides. */
    public static final String PROPERTY = "org.tenon.opencl.variant";

    private final String description;

    Variant(String description) {
        this.description = description;
    }

    /** {@return what it does, in a few words} */
    String description() {
        return description;
    }

    /** {@return its name as users write it} */
    String word() {
        return this == PROCESSOR ? "processor" : "gpu";
    }

    /**
     * Reads the property.
     *
     * @param word what it says
     * @return the variant; nothing where it isn't set
     */
    static Optional<Variant> named(@Nullable String word) {
        if (word == null) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new TenonException("-D" + PROPERTY + "=" + word
                        + " names no variant of the OpenCL kernels; say processor or gpu, or leave it out")));
    }
}
