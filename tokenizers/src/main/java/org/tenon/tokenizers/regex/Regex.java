package org.tenon.tokenizers.regex;

/** A compiled pattern. Immutable and safe for use by many threads; each makes {@linkplain Matcher matchers} of its own. */
public final class Regex {
    private final String pattern;
    private final Program program;

    Regex(String pattern, Program program) {
        this.pattern = pattern;
        this.program = program;
    }

    /**
     * A matcher at the start of a region. The region counts as the whole text: places and look-behind see nothing outside.
     *
     * @param text the text, without surrogates that lack their partner
     * @param from where the region starts
     * @param to where it ends, exclusive
     * @return a new matcher, for one thread at a time
     */
    public Matcher matcher(char[] text, int from, int to) {
        Matcher matcher = new Matcher(program, pattern);
        matcher.reset(text, from, to);
        return matcher;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
