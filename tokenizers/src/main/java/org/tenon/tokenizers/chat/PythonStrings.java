package org.tenon.tokenizers.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}, as far as chat templates use them. */
final class PythonStrings {
    private static final int MAX_LENGTH = 1 << 24;

    private PythonStrings() {}

    /** Calls a method; nothing where there is no such method. */
    static Optional<Object> call(String self, String method, List<@Nullable Object> arguments) {
        Object first = arguments.isEmpty() ? null : arguments.getFirst();
        Object second = arguments.size() > 1 ? arguments.get(1) : null;
        return Optional.ofNullable(
                switch (method) {
                    case "strip" -> strip(self, first, true, true);
                    case "lstrip" -> strip(self, first, true, false);
                    case "rstrip" -> strip(self, first, false, true);
                    case "split" -> split(self, first, second, false);
                    case "rsplit" -> split(self, first, second, true);
                    case "splitlines" -> List.copyOf(self.lines().toList());
                    case "startswith" -> affixes(first).stream().anyMatch(self::startsWith);
                    case "endswith" -> affixes(first).stream().anyMatch(self::endsWith);
                    case "removeprefix" ->
                        self.startsWith(text(first))
                                ? self.substring(text(first).length())
                                : self;
                    case "removesuffix" ->
                        self.endsWith(text(first))
                                ? self.substring(0, self.length() - text(first).length())
                                : self;
                    case "upper" -> self.toUpperCase(Locale.ROOT);
                    case "lower" -> self.toLowerCase(Locale.ROOT);
                    case "capitalize" -> capitalize(self);
                    case "title" -> title(self);
                    case "replace" -> replace(self, text(first), text(second));
                    case "find" -> (long) codePoints(self, self.indexOf(text(first)));
                    case "rfind" -> (long) codePoints(self, self.lastIndexOf(text(first)));
                    case "count" -> (long) count(self, text(first));
                    case "join" -> join(self, first);
                    case "isdigit" -> !self.isEmpty() && self.codePoints().allMatch(Character::isDigit);
                    case "isalpha" -> !self.isEmpty() && self.codePoints().allMatch(Character::isLetter);
                    case "isspace" -> !self.isEmpty() && self.codePoints().allMatch(PythonStrings::isSpace);
                    case "isupper" ->
                        self.equals(self.toUpperCase(Locale.ROOT)) && !self.equals(self.toLowerCase(Locale.ROOT));
                    case "islower" ->
                        self.equals(self.toLowerCase(Locale.ROOT)) && !self.equals(self.toUpperCase(Locale.ROOT));
                    default -> null;
                });
    }

    static String strip(String self, @Nullable Object characters, boolean left, boolean right) {
        int start = 0;
        int end = self.length();
        while (left && start < end && isStripped(self.codePointAt(start), characters)) {
            start += Character.charCount(self.codePointAt(start));
        }
        while (right && end > start && isStripped(self.codePointBefore(end), characters)) {
            end -= Character.charCount(self.codePointBefore(end));
        }
        return self.substring(start, end);
    }

    private static boolean isStripped(int c, @Nullable Object characters) {
        return characters == null ? isSpace(c) : text(characters).indexOf(c) >= 0;
    }

    /** What {@code str.isspace} takes for white space: White_Space and four separators of ASCII. */
    private static boolean isSpace(int c) {
        return Character.isSpaceChar(c) || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || c == 0x85;
    }

    private static List<String> split(
            String self, @Nullable Object separator, @Nullable Object limit, boolean fromRight) {
        long splits = limit instanceof Number number && number.longValue() >= 0 ? number.longValue() : Long.MAX_VALUE;
        if (separator == null) {
            return words(self, splits, fromRight);
        }
        String delimiter = text(separator);
        if (delimiter.isEmpty()) {
            throw new TemplateException("the chat template splits by an empty string");
        }
        List<String> parts = new ArrayList<>();
        int start = 0;
        int end = self.length();
        while (parts.size() < splits) {
            int at = fromRight ? self.substring(0, end).lastIndexOf(delimiter) : self.indexOf(delimiter, start);
            if (at < 0) {
                break;
            }
            parts.add(fromRight ? self.substring(at + delimiter.length(), end) : self.substring(start, at));
            start = at + delimiter.length();
            end = at;
        }
        parts.add(fromRight ? self.substring(0, parts.isEmpty() ? self.length() : end) : self.substring(start));
        if (fromRight) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static List<String> words(String self, long splits, boolean fromRight) {
        if (splits != Long.MAX_VALUE || fromRight) {
            throw new TemplateException(
                    "the chat template splits at white space, with a limit, which is not supported");
        }
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= self.length(); i++) {
            boolean space = i == self.length() || isSpace(self.charAt(i));
            if (space && start >= 0) {
                words.add(self.substring(start, i));
                start = -1;
            } else if (!space && start < 0) {
                start = i;
            }
        }
        return words;
    }

    private static List<String> affixes(@Nullable Object value) {
        if (value instanceof Iterable<?> items) {
            List<String> affixes = new ArrayList<>();
            items.forEach(item -> affixes.add(text(item)));
            return affixes;
        }
        return List.of(text(value));
    }

    private static String capitalize(String self) {
        if (self.isEmpty()) {
            return self;
        }
        int first = Character.charCount(self.codePointAt(0));
        return self.substring(0, first).toUpperCase(Locale.ROOT)
                + self.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String title(String self) {
        StringBuilder result = new StringBuilder(self.length());
        boolean inWord = false;
        for (int c : self.codePoints().toArray()) {
            result.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return result.toString();
    }

    static String replace(String self, String old, String with) {
        long length = self.length() + (long) count(self, old) * Math.max(0, with.length() - old.length());
        if (length > MAX_LENGTH) {
            throw new TemplateException("the chat template makes a string of more than " + MAX_LENGTH + " characters");
        }
        return self.replace(old, with);
    }

    private static int count(String self, String part) {
        if (part.isEmpty()) {
            return self.codePointCount(0, self.length()) + 1;
        }
        int count = 0;
        for (int at = self.indexOf(part); at >= 0; at = self.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static int codePoints(String self, int index) {
        return index < 0 ? index : self.codePointCount(0, index);
    }

    private static String join(String self, @Nullable Object items) {
        if (!(items instanceof Iterable<?> parts)) {
            throw new TemplateException("the chat template joins what is no list");
        }
        StringBuilder result = new StringBuilder();
        String separator = "";
        for (Object part : parts) {
            result.append(separator).append(text(part));
            separator = self;
            if (result.length() > MAX_LENGTH) {
                throw new TemplateException(
                        "the chat template makes a string of more than " + MAX_LENGTH + " characters");
            }
        }
        return result.toString();
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String string) {
            return string;
        }
        throw new TemplateException(
                "the chat template passes " + PythonText.repr(value) + " to a string's method, which takes a string");
    }
}
