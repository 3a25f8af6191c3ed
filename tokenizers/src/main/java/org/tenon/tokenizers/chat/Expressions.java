package org.tenon.tokenizers.chat;

import java.util.List;
import java.util.Set;
import org.tenon.tokenizers.chat.Lexer.Kind;
import org.tenon.tokenizers.chat.Lexer.Token;

/**
 * Writes expressions as Jinjava understands them: strings with few escapes, neighbouring strings as one, slices as a method
 * call, and brackets around what {@code not} negates, which in Jinja2 is a whole comparison.
 *
 * <p>Brackets rather than parentheses: {@code [x][0]} is {@code x} whatever x is, while Jinjava takes {@code ({1: 2, 3: 4})},
 * for its comma, for a tuple.
 */
final class Expressions {
    /** The method that stands for a slice. */
    static final String SLICE = "tenon_slice";

    private static final Set<String> TESTS = Set.of(
            "defined",
            "undefined",
            "none",
            "string",
            "number",
            "integer",
            "float",
            "boolean",
            "mapping",
            "iterable",
            "sequence",
            "true",
            "false",
            "in",
            "eq",
            "equalto",
            "==",
            "ne",
            "!=",
            "lt",
            "lessthan",
            "gt",
            "greaterthan",
            "le",
            "ge",
            "divisibleby",
            "even",
            "odd",
            "lower",
            "upper",
            "sameas");
    private static final Set<String> NOT_A_VALUE = Set.of("in", "and", "or", "not", "if", "else", "is");
    private static final Set<String> AFTER_NOT = Set.of("and", "or", "if", "else", ",", ":", "=");
    private static final Set<String> AFTER_ARGUMENT = Set.of(",");
    private static final int MAX_DEPTH = 100;

    private final List<Token> tokens;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int depth;

    private Expressions(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** An expression with what a filter of ours makes of it. */
    static String filtered(List<Token> tokens, String filter) {
        return "[" + rewrite(tokens) + "][0] | " + filter;
    }

    static String rewrite(List<Token> tokens) {
        Expressions expressions = new Expressions(tokens);
        expressions.group("");
        if (expressions.at < tokens.size()) {
            throw new TemplateException("the chat template has an unmatched '"
                    + tokens.get(expressions.at).text() + "'");
        }
        return expressions.out.toString().strip();
    }

    /** Where an operator or a name stands outside further brackets, before those around it end; or -1. */
    static int find(List<Token> tokens, int from, String wanted) {
        int depth = 0;
        for (int i = from; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (depth == 0 && token.is(wanted)) {
                return i;
            }
            if (token.kind() == Kind.OPERATOR) {
                depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
            }
            if (depth < 0) {
                return -1;
            }
        }
        return -1;
    }

    /** A string as Jinjava reads it. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> quoted.append("\\\\");
                case '\'' -> quoted.append("\\'");
                case '\n' -> quoted.append("\\n");
                default -> quoted.append(c);
            }
        }
        return quoted.append('\'').toString();
    }

    /** Everything up to a closing bracket, which is left to the caller; at the top, up to the end. */
    private void group(String close) {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException("the chat template has an expression nested more than " + MAX_DEPTH + " deep");
        }
        while (at < tokens.size() && !isClosing(tokens.get(at))) {
            part();
        }
        boolean closed = at < tokens.size() && tokens.get(at).is(close);
        if (!close.isEmpty() && !closed) {
            throw new TemplateException("the chat template has an expression without its '" + close + "'");
        }
        depth--;
    }

    private static boolean isClosing(Token token) {
        return token.kind() == Kind.OPERATOR && ")]}".contains(token.text());
    }

    private void part() {
        Token token = tokens.get(at);
        if (token.is("not") && !isAfter("is") && !isBefore("in")) {
            at++;
            put("not");
            enclosed(AFTER_NOT);
        } else if (token.is("=")) {
            // For Jinjava the value of a named argument would end at the first operator.
            at++;
            put("=");
            enclosed(AFTER_ARGUMENT);
        } else if (startsValue(token)) {
            value();
        } else {
            at++;
            put(token.text());
            if (token.is("is")) {
                checkTest();
            }
        }
    }

    /** The name after {@code is}: Jinjava takes one that it doesn't know for no. */
    private void checkTest() {
        int name = at < tokens.size() && tokens.get(at).is("not") ? at + 1 : at;
        if (name >= tokens.size() || !TESTS.contains(tokens.get(name).text())) {
            throw new TemplateException("the chat template has a test that is not supported: 'is "
                    + (name < tokens.size() ? tokens.get(name).text() : "") + "'");
        }
    }

    /** A value with all that hangs on it. A summand that isn't there is an error, while Jinjava would add the word null. */
    private void value() {
        boolean literal = tokens.get(at).kind() == Kind.STRING || tokens.get(at).kind() == Kind.NUMBER;
        boolean summand = isAfter("+");
        primary();
        while (at < tokens.size()) {
            Token token = tokens.get(at);
            if (token.is("[") && isSlice()) {
                slice();
            } else if (token.is("[") || token.is("(")) {
                bracket(token);
            } else if ((token.is(".") || token.is("|")) && at + 1 < tokens.size()) {
                if (token.is("|")) {
                    PythonFilters.check(tokens.get(at + 1).text());
                }
                put(token.text());
                put(tokens.get(at + 1).text());
                at += 2;
            } else {
                break;
            }
        }
        summand |= at < tokens.size() && tokens.get(at).is("+");
        if (summand && !literal) {
            put("|");
            put(PythonFilters.SUMMAND);
        }
    }

    private void primary() {
        Token token = tokens.get(at);
        if (token.kind() == Kind.STRING) {
            StringBuilder text = new StringBuilder();
            while (at < tokens.size() && tokens.get(at).kind() == Kind.STRING) {
                text.append(tokens.get(at++).text());
            }
            put(quote(text.toString()));
        } else if (token.is("(") && find(tokens, at + 1, ",") < 0) {
            at++;
            put("[");
            group(")");
            put("][0]");
            at++;
        } else if (token.kind() == Kind.OPERATOR) {
            bracket(token);
        } else {
            at++;
            put(token.is("None") ? "none" : token.text());
        }
    }

    private void bracket(Token token) {
        at++;
        put(token.text());
        String close = token.is("(") ? ")" : token.is("[") ? "]" : "}";
        group(close);
        put(close);
        at++;
    }

    private boolean isAfter(String name) {
        return at > 0 && tokens.get(at - 1).is(name);
    }

    private boolean isBefore(String name) {
        return at + 1 < tokens.size() && tokens.get(at + 1).is(name);
    }

    /** What comes up to one of some tokens, as one value. */
    private void enclosed(Set<String> ends) {
        put("[");
        if (++depth > MAX_DEPTH) {
            throw new TemplateException("the chat template has an expression nested more than " + MAX_DEPTH + " deep");
        }
        while (at < tokens.size()
                && !isClosing(tokens.get(at))
                && !(tokens.get(at).kind() != Kind.STRING
                        && ends.contains(tokens.get(at).text()))) {
            part();
        }
        depth--;
        put("][0]");
    }

    private static boolean startsValue(Token token) {
        return switch (token.kind()) {
            case NAME -> !NOT_A_VALUE.contains(token.text());
            case STRING, NUMBER -> true;
            case OPERATOR -> "([{".contains(token.text());
        };
    }

    private boolean isSlice() {
        int end = find(tokens, at + 1, "]");
        int colon = find(tokens, at + 1, ":");
        return colon >= 0 && (end < 0 || colon < end);
    }

    /** {@code [a:b:c]} as {@code .slice(a, b, c)}, with none for what is left out. */
    private void slice() {
        at++;
        out.append('.').append(SLICE).append('(');
        for (int i = 0; i < 3; i++) {
            int before = out.length();
            while (at < tokens.size() && !tokens.get(at).is(":") && !isClosing(tokens.get(at))) {
                part();
            }
            if (out.length() == before) {
                out.append("none");
            }
            if (i < 2) {
                out.append(", ");
                if (at < tokens.size() && tokens.get(at).is(":")) {
                    at++;
                }
            }
        }
        if (at >= tokens.size() || !tokens.get(at).is("]")) {
            throw new TemplateException("the chat template has a slice without its end");
        }
        at++;
        out.append(')');
    }

    private void put(String text) {
        char last = out.isEmpty() ? ' ' : out.charAt(out.length() - 1);
        boolean tight = text.equals(".") || last == '.';
        if (!tight && last != ' ') {
            out.append(' ');
        }
        out.append(text);
    }
}
