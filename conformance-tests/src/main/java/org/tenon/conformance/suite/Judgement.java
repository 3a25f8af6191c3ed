package org.tenon.conformance.suite;

import java.util.List;
import java.util.Locale;

/**
 * How a backend stands with a profile, whatever profile it was asked for.
 *
 * @param profile the profile's name
 * @param standing whether the backend conforms
 * @param missing the ops that the profile asks for and that no case has shown to be right, or natively right where it must be so
 * @param wrong the ops, and what else runs are about, that the profile needs and that failed
 */
public record Judgement(String profile, Standing standing, List<String> missing, List<String> wrong) {
    /** Whether a backend conforms to a profile. */
    public enum Standing {
        /** All that it asks for is right. */
        CONFORMS("conforms"),
        /** Something that it asks for is wrong or missing. */
        DOES_NOT_CONFORM("does not conform"),
        /** Nothing is wrong, but only a part of the suite was run. */
        NOT_JUDGED("not judged, since only a part of the suite was run");

        private final String title;

        Standing(String title) {
            this.title = title;
        }

        /** {@return what people read} */
        public String title() {
            return title;
        }

        /** {@return what scripts read: {@code does_not_conform}} */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * Reads a key.
         *
         * @param key what {@link #key} gave
         * @return the standing
         */
        public static Standing of(String key) {
            return valueOf(key.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * Copies the lists.
     *
     * @param profile the profile's name
     * @param standing whether the backend conforms
     * @param missing the ops that nothing has shown to be right
     * @param wrong what failed
     */
    public Judgement {
        missing = List.copyOf(missing);
        wrong = List.copyOf(wrong);
    }

    /** {@return the judgement in a sentence, with what is missing and what is wrong} */
    public String sentence() {
        return "Profile " + profile + ": " + standing.title()
                + (missing.isEmpty() ? "" : "; it lacks " + String.join(", ", missing))
                + (wrong.isEmpty() ? "" : "; wrong: " + String.join(", ", wrong)) + ".";
    }
}
