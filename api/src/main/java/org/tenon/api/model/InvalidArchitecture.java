package org.tenon.api.model;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.tenon.api.TenonException;

/** The parts of an architecture don't fit together; carries every fault that was found. */
public final class InvalidArchitecture extends TenonException {
    private static final long serialVersionUID = 1L;

    /** The most faults that the message lists. */
    private static final int LISTED = 20;

    private final Fault[] faults;

    /**
     * Something that is wrong.
     *
     * @param place where: {@code layers[5].mixer.kvHeads}
     * @param problem what: {@code 7 does not divide heads 32}
     */
    public record Fault(String place, String problem) implements Serializable {
        @Override
        public String toString() {
            return place + ": " + problem;
        }
    }

    /**
     * All faults of an architecture.
     *
     * @param faults the faults in the order of the model, at least one
     */
    public InvalidArchitecture(List<Fault> faults) {
        super(message(faults));
        this.faults = faults.toArray(Fault[]::new);
    }

    /** {@return the faults in the order of the model} */
    public List<Fault> faults() {
        return List.of(faults);
    }

    private static String message(List<Fault> faults) {
        if (faults.size() == 1) {
            return faults.getFirst().toString();
        }
        String listed =
                faults.stream().limit(LISTED).map(fault -> "\n  " + fault).collect(Collectors.joining());
        int more = faults.size() - LISTED;
        return "the architecture has " + faults.size() + " faults:" + listed
                + (more > 0 ? "\n  and " + more + " more" : "");
    }
}
