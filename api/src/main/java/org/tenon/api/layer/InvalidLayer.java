package org.tenon.api.layer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.tenon.api.TenonException;

/** Values in a layer's spec don't fit together; carries every fault that was found. */
public final class InvalidLayer extends TenonException {
    private static final long serialVersionUID = 1L;

    private final Fault[] faults;

    /**
     * Something that is wrong.
     *
     * @param part the component of the spec: {@code kvHeads}
     * @param problem what is wrong with it: {@code 7 does not divide heads 32}
     */
    public record Fault(String part, String problem) implements Serializable {
        @Override
        public String toString() {
            return part + ": " + problem;
        }
    }

    /** Gathers faults, so that all can be told at once. Confined to a thread. */
    public static final class Check {
        private final List<Fault> faults = new ArrayList<>();

        private Check() {}

        /**
         * Notes a fault unless a condition holds.
         *
         * @param holds the condition
         * @param part the component of the spec
         * @param problem what is wrong with it when the condition doesn't hold
         * @return this check
         */
        public Check that(boolean holds, String part, String problem) {
            if (!holds) {
                faults.add(new Fault(part, problem));
            }
            return this;
        }

        /**
         * Ends the check.
         *
         * @throws InvalidLayer with all faults, when there is any
         */
        public void done() {
            if (!faults.isEmpty()) {
                throw new InvalidLayer(faults);
            }
        }
    }

    /**
     * Several faults.
     *
     * @param faults at least one
     */
    public InvalidLayer(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
        this.faults = faults.toArray(Fault[]::new);
    }

    /**
     * A fault.
     *
     * @param part the component of the spec, {@code kvHeads}
     * @param problem what is wrong with it, {@code 7 does not divide heads 32}
     */
    public InvalidLayer(String part, String problem) {
        this(List.of(new Fault(part, problem)));
    }

    /** {@return a check without faults yet} */
    public static Check check() {
        return new Check();
    }

    /** {@return the faults, at least one} */
    public List<Fault> faults() {
        return List.of(faults);
    }
}
