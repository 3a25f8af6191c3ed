package org.tenon.tokenizers.regex;

/**
 * Compiles the patterns of one file. What they have in common (the classes that they name) is worked out once, and all of them
 * together are bounded, so that no file can make compiling it slow. For one thread at a time.
 */
public final class RegexCompiler {
    private static final int MAX_CHARACTERS = 16_384;

    private final UnicodeProperties properties = new UnicodeProperties();
    private int characters;

    /** A compiler that has compiled nothing yet. */
    public RegexCompiler() {}

    /**
     * Compiles a pattern.
     *
     * @param pattern in the syntax of Oniguruma
     * @return the compiled pattern
     * @throws PatternException if it is none, or uses what isn't supported
     */
    public Regex compile(String pattern) {
        count(pattern);
        return new Regex(pattern, Compiler.compile(PatternParser.parse(pattern, properties)));
    }

    /**
     * A pattern that matches a string and nothing else.
     *
     * @param literal the string
     * @return the compiled pattern
     * @throws PatternException if it is too long
     */
    public Regex literal(String literal) {
        count(literal);
        return new Regex(
                literal,
                Compiler.compile(new Node.Sequence(literal.codePoints()
                        .<Node>mapToObj(c -> new Node.One(CodePointSet.of(c)))
                        .toList())));
    }

    private void count(String pattern) {
        characters = Math.addExact(characters, pattern.length());
        if (characters > MAX_CHARACTERS) {
            throw new PatternException("all patterns together have more than " + MAX_CHARACTERS + " characters");
        }
    }
}
