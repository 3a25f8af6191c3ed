package org.tenon.tokenizers.chat;

import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Values as Python writes them: {@code str}, {@code repr} and {@code json.dumps}. */
final class PythonText {
    private static final int MAX_LENGTH = 1 << 24;

    private final StringBuilder out = new StringBuilder();

    private PythonText() {}

    /** What printing a value gives; nothing for one that isn't there. */
    static String str(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        return value instanceof String string ? string : repr(value);
    }

    static String repr(@Nullable Object value) {
        PythonText text = new PythonText();
        text.representation(value);
        return text.out.toString();
    }

    private void representation(@Nullable Object value) {
        check();
        switch (value) {
            case null -> out.append("None");
            case Boolean bool -> out.append(bool ? "True" : "False");
            case String string -> quoted(string);
            case Map<?, ?> map -> {
                out.append('{');
                separated(map.entrySet().iterator(), ", ", (entry, text) -> {
                    text.representation(entry.getKey());
                    text.out.append(": ");
                    text.representation(entry.getValue());
                });
                out.append('}');
            }
            case Iterable<?> items -> {
                out.append('[');
                separated(items.iterator(), ", ", (item, text) -> text.representation(item));
                out.append(']');
            }
            case Number number -> out.append(number);
            default -> throw new TemplateException("the chat template prints what is no plain value");
        }
    }

    private void quoted(String string) {
        char quote = string.contains("'") && !string.contains("\"") ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(c);
                    } else if (c < 0x20 || c == 0x7f) {
                        out.append("\\x%02x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append(quote);
    }

    /** {@code json.dumps(value, ensure_ascii=False, indent=indent)}; a negative indent is none. */
    static String json(@Nullable Object value, int indent) {
        PythonText text = new PythonText();
        text.json(value, indent, 0);
        return text.out.toString();
    }

    private void json(@Nullable Object value, int indent, int depth) {
        check();
        switch (value) {
            case null -> out.append("null");
            case Boolean bool -> out.append(bool);
            case String string -> jsonString(string);
            case Map<?, ?> map -> {
                out.append('{');
                separated(map.entrySet().iterator(), indent < 0 ? ", " : ",", (entry, text) -> {
                    text.line(indent, depth + 1);
                    text.jsonString(str(entry.getKey()));
                    text.out.append(": ");
                    text.json(entry.getValue(), indent, depth + 1);
                });
                close('}', map.isEmpty(), indent, depth);
            }
            case Iterable<?> items -> {
                out.append('[');
                boolean empty = !items.iterator().hasNext();
                separated(items.iterator(), indent < 0 ? ", " : ",", (item, text) -> {
                    text.line(indent, depth + 1);
                    text.json(item, indent, depth + 1);
                });
                close(']', empty, indent, depth);
            }
            case Number number -> out.append(number);
            default -> throw new TemplateException("the chat template writes as JSON what is no plain value");
        }
    }

    private void close(char bracket, boolean empty, int indent, int depth) {
        if (!empty) {
            line(indent, depth);
        }
        out.append(bracket);
    }

    private void line(int indent, int depth) {
        if (indent >= 0) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private void jsonString(String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private <T> void separated(Iterator<? extends T> items, String separator, BiConsumer<T, PythonText> write) {
        while (items.hasNext()) {
            write.accept(items.next(), this);
            if (items.hasNext()) {
                out.append(separator);
            }
        }
    }

    private void check() {
        if (out.length() > MAX_LENGTH) {
            throw new TemplateException("the chat template writes a value of more than " + MAX_LENGTH + " characters");
        }
    }
}
