package org.tenon.api.program;

import java.util.List;
import org.tenon.api.TenonException;

/** A backend hasn't the kernels that a program needs; the message lists all that is missing, with reasons. */
public final class MissingKernels extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * What is missing.
     *
     * @param backend the backend's name
     * @param missing each op with the reason
     */
    public MissingKernels(String backend, List<String> missing) {
        super("backend " + backend + " can't run this model: it has no kernel for\n  " + String.join("\n  ", missing));
    }
}
