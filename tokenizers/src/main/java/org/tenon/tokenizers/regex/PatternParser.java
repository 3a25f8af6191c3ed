package org.tenon.tokenizers.regex;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a pattern in the syntax that Oniguruma calls ONIG_SYNTAX_ONIGURUMA (its doc/RE), which is what the reference uses for
 * tokenizer files. Groups capture nothing, since nothing asks for what they caught; back references, conditions, calls and
 * options other than {@code i} and {@code m} are refused.
 */
final class PatternParser {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_REPEAT = 100_000;

    private final String pattern;
    private final UnicodeProperties properties;
    private int at;
    private int depth;
    // what the last atom stands for, where that is one code point and not a class; -1 otherwise
    private int literal;
    // whether the last atom was followed by a repetition
    private boolean repeated;
    private boolean ignoreCase;
    private boolean dotAll;

    private PatternParser(String pattern, UnicodeProperties properties) {
        this.pattern = pattern;
        this.properties = properties;
    }

    static Node parse(String pattern, UnicodeProperties properties) {
        PatternParser parser = new PatternParser(pattern, properties);
        Node result = parser.choice();
        if (parser.at < pattern.length()) {
            throw parser.error("an unmatched ')'");
        }
        return result;
    }

    private Node choice() {
        if (++depth > MAX_DEPTH) {
            throw error("groups nested more than " + MAX_DEPTH + " deep");
        }
        boolean outerCase = ignoreCase;
        boolean outerDot = dotAll;
        List<Node> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (take('|'));
        ignoreCase = outerCase;
        dotAll = outerDot;
        depth--;
        return options.size() == 1 ? options.getFirst() : new Node.Choice(List.copyOf(options));
    }

    private Node sequence() {
        List<Node> parts = new ArrayList<>();
        StringBuilder literals = new StringBuilder();
        while (at < pattern.length() && peek() != '|' && peek() != ')') {
            literal = -1;
            repeated = false;
            Node atom = atom();
            int single = literal;
            Node part = repeated(atom);
            if (ignoreCase && single >= 0 && !repeated) {
                properties.folding().check(literals.appendCodePoint(single).toString());
            } else {
                literals.setLength(0);
            }
            parts.add(part);
        }
        return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(List.copyOf(parts));
    }

    private Node atom() {
        int c = next();
        return switch (c) {
            case '(' -> group();
            case '[' -> new Node.One(characterClass());
            case '.' ->
                new Node.One(dotAll ? CodePointSet.ALL : CodePointSet.of('\n').complement());
            case '^' -> new Node.At(Node.Place.LINE_START);
            case '$' -> new Node.At(Node.Place.LINE_END);
            case '\\' -> escape();
            case '*', '+', '?' -> throw error("'" + (char) c + "' with nothing to repeat");
            default -> literal(c);
        };
    }

    private Node literal(int codePoint) {
        literal = codePoint;
        if (!ignoreCase) {
            return new Node.One(CodePointSet.of(codePoint));
        }
        CaseFolding.check(codePoint);
        return new Node.One(properties.folding().close(codePoint));
    }

    private Node group() {
        if (!take('?')) {
            return close(choice());
        }
        if ("im-".indexOf(peekOrFail()) >= 0) {
            return options();
        }
        return switch (next()) {
            case ':' -> close(choice());
            case '=' -> close(new Node.Look(choice(), false, false));
            case '!' -> close(new Node.Look(choice(), false, true));
            case '>' -> close(new Node.Atomic(choice()));
            case '<' ->
                switch (next()) {
                    case '=' -> close(new Node.Look(choice(), true, false));
                    case '!' -> close(new Node.Look(choice(), true, true));
                    default -> throw error("a named group, which is not supported");
                };
            default -> throw error("a kind of group that is not supported");
        };
    }

    /** {@code (?i:...)}, or {@code (?i)...} up to the end of the group that it stands in. */
    private Node options() {
        boolean outerCase = ignoreCase;
        boolean outerDot = dotAll;
        boolean on = true;
        while (true) {
            int c = next();
            switch (c) {
                case 'i' -> ignoreCase = on;
                case 'm' -> dotAll = on;
                case '-' -> on = false;
                case ':', ')' -> {
                    Node body = choice();
                    ignoreCase = outerCase;
                    dotAll = outerDot;
                    return c == ':' ? close(body) : body;
                }
                default -> throw error("a group option other than i and m, which is not supported");
            }
        }
    }

    private Node close(Node body) {
        if (!take(')')) {
            throw error("an unclosed group");
        }
        return body;
    }

    private Node repeated(Node atom) {
        Node result = atom;
        while (at < pattern.length()) {
            int start = at;
            int c = peek();
            if (c == '*' || c == '+' || c == '?') {
                at++;
                result = new Node.Repeat(result, c == '+' ? 1 : 0, c == '?' ? 1 : -1, mode());
            } else if (c == '{') {
                Optional<Node> interval = interval(result);
                if (interval.isEmpty()) {
                    at = start;
                    return result;
                }
                result = interval.get();
            } else {
                return result;
            }
            repeated = true;
            if (atom instanceof Node.At) {
                throw error("a repeated place, which is not supported");
            }
        }
        return result;
    }

    private Node.Mode mode() {
        if (take('?')) {
            return Node.Mode.LAZY;
        }
        return take('+') ? Node.Mode.POSSESSIVE : Node.Mode.GREEDY;
    }

    /** {@code {n}, {n,}, {,m}, {n,m}}; anything else is a brace that stands for itself, and nothing comes back. */
    private Optional<Node> interval(Node body) {
        at++;
        int min = number();
        int max = min;
        if (take(',')) {
            max = number();
            if (min < 0 && max < 0) {
                return Optional.empty();
            }
            min = Math.max(min, 0);
        }
        if (min < 0 || !take('}')) {
            return Optional.empty();
        }
        if (max >= 0 && max < min) {
            throw error("a repetition of at least " + min + " and at most " + max);
        }
        Node.Mode mode = Node.Mode.GREEDY;
        if (take('?')) {
            if (min == max) {
                Node exactly = new Node.Repeat(body, min, max, Node.Mode.GREEDY);
                return Optional.of(new Node.Repeat(exactly, 0, 1, Node.Mode.GREEDY));
            }
            mode = Node.Mode.LAZY;
        }
        return Optional.of(new Node.Repeat(body, min, max, mode));
    }

    private int number() {
        int value = -1;
        while (at < pattern.length() && peek() >= '0' && peek() <= '9') {
            value = Math.max(value, 0) * 10 + next() - '0';
            if (value > MAX_REPEAT) {
                throw error("a repetition of more than " + MAX_REPEAT);
            }
        }
        return value;
    }

    private Node escape() {
        int c = next();
        return switch (c) {
            case 'A' -> new Node.At(Node.Place.TEXT_START);
            case 'z' -> new Node.At(Node.Place.TEXT_END);
            case 'Z' -> new Node.At(Node.Place.TEXT_END_OR_LAST_NEWLINE);
            case 'b' -> new Node.At(Node.Place.WORD_BOUNDARY);
            case 'B' -> new Node.At(Node.Place.NOT_WORD_BOUNDARY);
            case 'd', 'D', 's', 'S', 'w', 'W', 'h', 'H', 'p', 'P' ->
                new Node.One(c == 'w' || c == 'W' ? negatedIf(c == 'W', properties.word()) : classEscape(c));
            default -> literal(characterEscape(c));
        };
    }

    private CodePointSet classEscape(int c) {
        CodePointSet set = switch (Character.toLowerCase(c)) {
            case 'd' -> properties.digit();
            case 's' -> properties.space();
            case 'w' -> properties.wordInClass();
            case 'h' -> properties.hexDigit();
            default -> property();
        };
        return negatedIf(Character.isUpperCase(c), set);
    }

    private static CodePointSet negatedIf(boolean negated, CodePointSet set) {
        return negated ? set.complement() : set;
    }

    private CodePointSet property() {
        int end = pattern.indexOf('}', at);
        if (!take('{') || end < 0) {
            throw error("a property that isn't spelt \\p{...}");
        }
        boolean negated = take('^');
        CodePointSet set = properties.property(pattern.substring(at, end));
        at = end + 1;
        return negatedIf(negated, set);
    }

    private int characterEscape(int c) {
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'f' -> '\f';
            case 'v' -> 0x0b;
            case 'a' -> 0x07;
            case 'e' -> 0x1b;
            case 'x' -> take('{') ? hex(1, 8, true) : hex(1, 2, false);
            case 'u' -> hex(4, 4, false);
            default -> {
                if (c < 128 && Character.isLetterOrDigit(c)) {
                    throw error("the escape '\\" + (char) c + "', which is not supported");
                }
                yield c;
            }
        };
    }

    private int hex(int min, int max, boolean closed) {
        long value = 0;
        int digits = 0;
        while (digits < max && at < pattern.length() && Character.digit(peek(), 16) >= 0 && peek() < 128) {
            value = value * 16 + Character.digit(next(), 16);
            digits++;
        }
        boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
        if (digits < min || (closed && !take('}')) || value >= CodePointSet.LIMIT || surrogate) {
            throw error("a number that is no code point");
        }
        return (int) value;
    }

    /** After the opening bracket. Case is closed over before a class is negated, as Oniguruma does. */
    private CodePointSet characterClass() {
        if (++depth > MAX_DEPTH) {
            throw error("classes nested more than " + MAX_DEPTH + " deep");
        }
        boolean negated = take('^');
        CodePointSet left = CodePointSet.ALL;
        CodePointSet set = CodePointSet.EMPTY;
        boolean first = true;
        while (first || peekOrFail() != ']') {
            if (pattern.startsWith("&&", at)) {
                at += 2;
                left = left.intersect(set);
                set = CodePointSet.EMPTY;
            } else {
                set = set.union(classItem());
            }
            first = false;
        }
        at++;
        depth--;
        set = left.intersect(set);
        if (ignoreCase) {
            set = properties.folding().close(set);
        }
        return negated ? set.complement() : set;
    }

    private CodePointSet classItem() {
        int c = next();
        if (c == '[') {
            return pattern.startsWith(":", at) ? posixBracket() : characterClass();
        }
        if (c == '\\') {
            c = next();
            if ("dDsSwWhHpP".indexOf(c) >= 0) {
                return classEscape(c);
            }
            c = c == 'b' ? '\b' : characterEscape(c);
        }
        int last = c;
        if (peekOrFail() == '-' && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
            at++;
            last = next();
            if (last == '\\') {
                last = next();
                if ("dDsSwWhHpP".indexOf(last) >= 0) {
                    throw error("a range that ends with a class");
                }
                last = characterEscape(last);
            } else if (last == '[') {
                throw error("a range that ends with a class");
            }
        }
        if (last < c) {
            throw error("a range whose end lies before its start");
        }
        if (ignoreCase && last == c) {
            CaseFolding.check(c);
        }
        return CodePointSet.range(c, last);
    }

    private CodePointSet posixBracket() {
        int end = pattern.indexOf(":]", at);
        if (end < 0) {
            throw error("an unclosed [: :]");
        }
        at++;
        boolean negated = take('^');
        CodePointSet set = properties.posix(pattern.substring(at, Math.max(at, end)));
        at = end + 2;
        return negated ? set.complement() : set;
    }

    private int peek() {
        return pattern.codePointAt(at);
    }

    private int peekOrFail() {
        if (at >= pattern.length()) {
            throw error("an early end");
        }
        return peek();
    }

    private int next() {
        if (at >= pattern.length()) {
            throw error("an early end");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private boolean take(char expected) {
        boolean there = at < pattern.length() && pattern.charAt(at) == expected;
        if (there) {
            at++;
        }
        return there;
    }

    private PatternException error(String what) {
        return new PatternException("the pattern has " + what + " near character " + at);
    }
}
