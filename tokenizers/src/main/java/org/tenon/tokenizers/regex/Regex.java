package org.tenon.tokenizers.regex;

/** A compiled pattern. Immutable and safe for use by many threads; each makes {@linkplain Matcher matchers} of its own. */
public final class Regex {
    private final String pattern;
    private final Program program;

    private Regex(String pattern, Program program) {
        this.pattern = pattern;
        this.program = program;
    }

    /**
     * Compiles a pattern.
     *
     * @param pattern in the syntax of Oniguruma
     * @return the compiled pattern
     * @throws PatternException if it is none, or uses what isn't supported
     */
    public static Regex compile(String pattern) {
        return new Regex(pattern, Compiler.compile(PatternParser.parse(pattern)));
    }

    /**
     * A pattern that matches a string and nothing else.
     *
     * @param literal the string
     * @return the compiled pattern
     */
    public static Regex literal(String literal) {
        return new Regex(
                literal,
                Compiler.compile(new Node.Sequence(literal.codePoints()
                        .<Node>mapToObj(c -> new Node.One(CodePointSet.of(c)))
                        .toList())));
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
