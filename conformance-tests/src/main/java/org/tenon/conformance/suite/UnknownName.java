package org.tenon.conformance.suite;

import java.util.Collection;
import org.tenon.api.TenonException;

/** Something was asked for that isn't there: a backend, a device, a profile, an op, a run. Nothing would be tested, so it is an error. */
public final class UnknownName extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * An error that names what there is.
     *
     * @param what the kind of thing that was asked for, such as {@code backend}
     * @param name what it was asked for by
     * @param known the names that there are, or those that are most alike
     */
    public UnknownName(String what, String name, Collection<String> known) {
        super("there is no " + what + " '" + printable(name) + "'; there "
                + (known.isEmpty() ? "is none at all" : "are: " + String.join(", ", known)));
    }
}
