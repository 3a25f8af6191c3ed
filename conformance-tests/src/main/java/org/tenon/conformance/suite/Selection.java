package org.tenon.conformance.suite;

import java.util.Comparator;
import java.util.List;
import org.tenon.conformance.trial.KernelTrial;

/** Which runs of a suite are wanted. It can be written as one word, so that a worker in another process takes the same ones. */
public sealed interface Selection {
    /** Names in a message: more would hide what is said. */
    int MOST_NAMES = 8;

    /**
     * Whether a run is wanted.
     *
     * @param run the run
     * @return whether it is
     */
    boolean takes(Run run);

    /**
     * What is wrong when no run is wanted.
     *
     * @param runs all runs of the suite
     * @return the error
     */
    RuntimeException nothingAmong(List<Run> runs);

    /** {@return the selection as a word} */
    String word();

    /**
     * Reads a word.
     *
     * @param word what {@link #word} gave
     * @return the selection
     */
    static Selection of(String word) {
        int colon = word.indexOf(':');
        String text = word.substring(colon + 1);
        return switch (word.substring(0, Math.max(colon, 0))) {
            case "containing" -> new Containing(text);
            case "op" -> new OfOp(text);
            case "kernels" -> new Kernels(List.of(text.split(",")));
            case "replay" -> new Replay(text);
            default -> throw new IllegalArgumentException("no selection: " + word);
        };
    }

    /** {@return all runs} */
    static Selection all() {
        return new Containing("");
    }

    /** {@return whether it takes every run} */
    default boolean whole() {
        return equals(all());
    }

    /**
     * Runs by a part of their ids.
     *
     * @param part what their ids contain
     */
    record Containing(String part) implements Selection {
        @Override
        public boolean takes(Run run) {
            return run.id().contains(part);
        }

        @Override
        public RuntimeException nothingAmong(List<Run> runs) {
            return new UnknownName("run with a part", part, nearest(part, runs));
        }

        @Override
        public String word() {
            return "containing:" + part;
        }
    }

    /**
     * The runs of an op.
     *
     * @param op its name
     */
    record OfOp(String op) implements Selection {
        @Override
        public boolean takes(Run run) {
            return run.op().equals(op);
        }

        @Override
        public RuntimeException nothingAmong(List<Run> runs) {
            return new UnknownName(
                    "op", op, runs.stream().map(Run::op).distinct().sorted().toList());
        }

        @Override
        public String word() {
            return "op:" + op;
        }
    }

    /**
     * The backend's own kernels on some cases; not the ops opened up.
     *
     * @param beginnings what the cases' ids begin with, as {@code Linear/F32}
     */
    record Kernels(List<String> beginnings) implements Selection {
        /**
         * Copies the list.
         *
         * @param beginnings what the cases' ids begin with
         */
        public Kernels {
            beginnings = List.copyOf(beginnings);
        }

        @Override
        public boolean takes(Run run) {
            return run.way().equals(KernelTrial.NAME) && beginnings.stream().anyMatch(run.id()::startsWith);
        }

        @Override
        public RuntimeException nothingAmong(List<Run> runs) {
            return new UnknownName("run that begins with", beginnings.getFirst(), nearest(beginnings.getFirst(), runs));
        }

        @Override
        public String word() {
            return "kernels:" + String.join(",", beginnings);
        }
    }

    /**
     * One run again, or all runs of one case.
     *
     * @param token the run's id, as a failure names it; or a case's
     */
    record Replay(String token) implements Selection {
        @Override
        public boolean takes(Run run) {
            return run.id().equals(token) || run.id().equals(token + "@" + run.way());
        }

        @Override
        public RuntimeException nothingAmong(List<Run> runs) {
            return new UnknownName("run", token, nearest(token, runs));
        }

        @Override
        public String word() {
            return "replay:" + token;
        }
    }

    private static List<String> nearest(String text, List<Run> runs) {
        return runs.stream()
                .map(Run::id)
                .sorted(Comparator.comparingInt((String id) -> -alike(id, text)))
                .limit(MOST_NAMES)
                .toList();
    }

    private static int alike(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }
}
