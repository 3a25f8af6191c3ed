package org.tenon.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into text and tags by the rules of Jinja2, with {@code trim_blocks} and {@code lstrip_blocks} as Transformers
 * sets them. White space control is done here, so that Jinjava has none to do.
 */
final class Lexer {
    private static final String[] LONG_OPERATORS = {"==", "!=", "<=", ">=", "//", "**"};
    private static final int MAX_PARTS = 100_000;

    private final String source;
    private final List<Part> parts = new ArrayList<>();
    private int at;
    // what is done to the text that follows the last tag
    private boolean stripNext;
    private boolean lineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    /** A part of a template. */
    sealed interface Part {
        /** Text as it stands. */
        record Text(String text) implements Part {}

        /** What stands between {@code {{} and {@code }}}. */
        record Output(List<Token> tokens) implements Part {}

        /** What stands between {@code {%} and {@code %}}. */
        record Statement(List<Token> tokens) implements Part {}
    }

    /** What a token is. */
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        OPERATOR
    }

    /** A token; of a string, what it stands for. */
    record Token(Kind kind, String text) {
        boolean is(String operatorOrName) {
            return kind != Kind.STRING && text.equals(operatorOrName);
        }
    }

    static List<Part> parts(String template) {
        // Jinja2 makes all line ends \n, and drops the last one.
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return List.copyOf(lexer.parts);
    }

    private void run() {
        while (at < source.length()) {
            if (parts.size() > MAX_PARTS) {
                throw error("has more than " + MAX_PARTS + " parts");
            }
            int open = nextTag();
            String text = source.substring(at, open);
            if (open == source.length()) {
                addText(text);
                return;
            }
            char kind = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            boolean signed = sign == '-' || sign == '+';
            at = open + (signed ? 3 : 2);
            addText(leftTrimmed(text, kind, sign));
            switch (kind) {
                case '#' -> comment();
                case '{' -> parts.add(new Part.Output(tokens("}}")));
                default -> {
                    List<Token> tokens = tokens("%}");
                    if (tokens.size() == 1 && tokens.getFirst().is("raw")) {
                        raw();
                    } else {
                        parts.add(new Part.Statement(tokens));
                    }
                }
            }
        }
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    /** The text before a tag. */
    private String leftTrimmed(String text, char kind, char sign) {
        if (sign == '-') {
            return text.stripTrailing();
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean blank = text.substring(line).isBlank();
        boolean fromLineStart = line > 0 || (lineStart && !stripNext);
        return kind != '{' && sign != '+' && blank && fromLineStart ? text.substring(0, line) : text;
    }

    private void addText(String text) {
        String result = stripNext ? text.stripLeading() : text;
        if (!result.isEmpty()) {
            parts.add(new Part.Text(result));
        }
        stripNext = false;
        lineStart = false;
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw error("has a comment without an end");
        }
        char sign = end > at ? source.charAt(end - 1) : ' ';
        at = end + 2;
        endTag(sign, true);
    }

    private void raw() {
        int end = at;
        while (true) {
            end = source.indexOf("{%", end);
            if (end < 0) {
                throw error("has a raw block without an end");
            }
            int start = end + 2;
            boolean strip = start < source.length() && source.charAt(start) == '-';
            int name = start + (strip ? 1 : 0);
            while (name < source.length() && Character.isWhitespace(source.charAt(name))) {
                name++;
            }
            if (source.startsWith("endraw", name)) {
                String text = source.substring(at, end);
                at = name + "endraw".length();
                addText(strip ? text.stripTrailing() : text);
                tokens("%}");
                return;
            }
            end = start;
        }
    }

    /** The tokens up to the end of a tag, which is passed. */
    private List<Token> tokens(String close) {
        List<Token> tokens = new ArrayList<>();
        int depth = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (depth == 0) {
                boolean signed = (c == '-' || c == '+') && source.startsWith(close, at + 1);
                if (signed || source.startsWith(close, at)) {
                    at += close.length() + (signed ? 1 : 0);
                    endTag(signed ? c : ' ', close.equals("%}"));
                    return List.copyOf(tokens);
                }
            }
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '\'' || c == '"') {
                tokens.add(new Token(Kind.STRING, string(c)));
            } else if (Character.isLetter(c) || c == '_') {
                tokens.add(new Token(Kind.NAME, take(Lexer::isNamePart)));
            } else if (Character.isDigit(c)) {
                tokens.add(new Token(Kind.NUMBER, take(n -> Character.isDigit(n) || n == '.')));
            } else {
                depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
                tokens.add(new Token(Kind.OPERATOR, operator(c)));
            }
        }
        throw error("has a tag without an end");
    }

    /** After a tag: a minus takes all white space that follows; a statement takes the newline unless a plus keeps it. */
    private void endTag(char sign, boolean block) {
        stripNext = sign == '-';
        lineStart = false;
        if (block && sign != '-' && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
            lineStart = true;
        }
    }

    private String operator(char c) {
        for (String operator : LONG_OPERATORS) {
            if (source.startsWith(operator, at)) {
                at += 2;
                return operator;
            }
        }
        at++;
        return String.valueOf(c);
    }

    private String take(java.util.function.IntPredicate part) {
        int start = at;
        while (at < source.length() && part.test(source.charAt(at))) {
            at++;
        }
        return source.substring(start, at);
    }

    private static boolean isNamePart(int c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /** A string with the escapes of Python. */
    private String string(char quote) {
        StringBuilder result = new StringBuilder();
        at++;
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == quote) {
                return result.toString();
            }
            if (c == '\\' && at < source.length()) {
                escape(source.charAt(at++), result);
            } else {
                result.append(c);
            }
        }
        throw error("has a string without an end");
    }

    private void escape(char c, StringBuilder result) {
        switch (c) {
            case 'n' -> result.append('\n');
            case 't' -> result.append('\t');
            case 'r' -> result.append('\r');
            case 'b' -> result.append('\b');
            case 'f' -> result.append('\f');
            case 'v' -> result.append('\u000b');
            case 'a' -> result.append('\u0007');
            case '0' -> result.append('\0');
            case '\\', '\'', '"' -> result.append(c);
            case '\n' -> {}
            case 'x' -> result.appendCodePoint(hex(2));
            case 'u' -> result.appendCodePoint(hex(4));
            case 'U' -> result.appendCodePoint(hex(8));
            default -> result.append('\\').append(c);
        }
    }

    private int hex(int digits) {
        int end = Math.min(at + digits, source.length());
        try {
            int value = Integer.parseInt(source.substring(at, end), 16);
            at = end;
            if (Character.isValidCodePoint(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, as every escape that is none
        }
        throw error("has a broken escape");
    }

    private TemplateException error(String what) {
        long line = source.substring(0, Math.min(at, source.length())).lines().count();
        return new TemplateException("the chat template " + what + ", at line " + line);
    }
}
