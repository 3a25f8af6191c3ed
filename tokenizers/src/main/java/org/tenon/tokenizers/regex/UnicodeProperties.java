package org.tenon.tokenizers.regex;

import java.lang.Character.UnicodeScript;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a pattern can name, as Oniguruma 6.9.10 defines them for Unicode 16: general categories, scripts and POSIX
 * brackets. Java 25 has the same version of Unicode; {@code compare_tokenizers.py --every-character} tries each code point. Sets
 * are kept for the patterns of one file, which use a few of them several times.
 */
final class UnicodeProperties {
    private static final int MARKS =
            types(Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK);
    private static final int PUNCTUATION = types(
            Character.CONNECTOR_PUNCTUATION,
            Character.DASH_PUNCTUATION,
            Character.START_PUNCTUATION,
            Character.END_PUNCTUATION,
            Character.INITIAL_QUOTE_PUNCTUATION,
            Character.FINAL_QUOTE_PUNCTUATION,
            Character.OTHER_PUNCTUATION);
    private static final int SYMBOLS =
            types(Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL);
    private static final Map<String, Integer> CATEGORIES = Map.ofEntries(
            category("lu", Character.UPPERCASE_LETTER),
            category("ll", Character.LOWERCASE_LETTER),
            category("lt", Character.TITLECASE_LETTER),
            category("lm", Character.MODIFIER_LETTER),
            category("lo", Character.OTHER_LETTER),
            category(
                    "l",
                    Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER),
            category("mn", Character.NON_SPACING_MARK),
            category("mc", Character.COMBINING_SPACING_MARK),
            category("me", Character.ENCLOSING_MARK),
            Map.entry("m", MARKS),
            category("nd", Character.DECIMAL_DIGIT_NUMBER),
            category("nl", Character.LETTER_NUMBER),
            category("no", Character.OTHER_NUMBER),
            category("n", Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER),
            category("pc", Character.CONNECTOR_PUNCTUATION),
            category("pd", Character.DASH_PUNCTUATION),
            category("ps", Character.START_PUNCTUATION),
            category("pe", Character.END_PUNCTUATION),
            category("pi", Character.INITIAL_QUOTE_PUNCTUATION),
            category("pf", Character.FINAL_QUOTE_PUNCTUATION),
            category("po", Character.OTHER_PUNCTUATION),
            Map.entry("p", PUNCTUATION),
            category("sm", Character.MATH_SYMBOL),
            category("sc", Character.CURRENCY_SYMBOL),
            category("sk", Character.MODIFIER_SYMBOL),
            category("so", Character.OTHER_SYMBOL),
            Map.entry("s", SYMBOLS),
            category("zs", Character.SPACE_SEPARATOR),
            category("zl", Character.LINE_SEPARATOR),
            category("zp", Character.PARAGRAPH_SEPARATOR),
            category("z", Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR),
            category("cc", Character.CONTROL),
            category("cf", Character.FORMAT),
            category("co", Character.PRIVATE_USE),
            category("cn", Character.UNASSIGNED),
            category(
                    "c",
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED));
    private static final Map<String, String> LONG_NAMES = Map.ofEntries(
            Map.entry("letter", "l"),
            Map.entry("uppercaseletter", "lu"),
            Map.entry("lowercaseletter", "ll"),
            Map.entry("titlecaseletter", "lt"),
            Map.entry("modifierletter", "lm"),
            Map.entry("otherletter", "lo"),
            Map.entry("mark", "m"),
            Map.entry("combiningmark", "m"),
            Map.entry("nonspacingmark", "mn"),
            Map.entry("spacingmark", "mc"),
            Map.entry("enclosingmark", "me"),
            Map.entry("number", "n"),
            Map.entry("decimalnumber", "nd"),
            Map.entry("letternumber", "nl"),
            Map.entry("othernumber", "no"),
            Map.entry("punctuation", "p"),
            Map.entry("punct", "p"),
            Map.entry("symbol", "s"),
            Map.entry("mathsymbol", "sm"),
            Map.entry("currencysymbol", "sc"),
            Map.entry("modifiersymbol", "sk"),
            Map.entry("othersymbol", "so"),
            Map.entry("separator", "z"),
            Map.entry("spaceseparator", "zs"),
            Map.entry("lineseparator", "zl"),
            Map.entry("paragraphseparator", "zp"),
            Map.entry("other", "c"),
            Map.entry("control", "cc"),
            Map.entry("format", "cf"),
            Map.entry("privateuse", "co"),
            Map.entry("unassigned", "cn"),
            Map.entry("connectorpunctuation", "pc"),
            Map.entry("dashpunctuation", "pd"),
            Map.entry("openpunctuation", "ps"),
            Map.entry("closepunctuation", "pe"),
            Map.entry("initialpunctuation", "pi"),
            Map.entry("finalpunctuation", "pf"),
            Map.entry("otherpunctuation", "po"));

    private static final int MAX_SETS = 64;

    private final Map<String, CodePointSet> known = new HashMap<>();
    private @Nullable CaseFolding folding;

    /** White_Space, which is what {@code \s} stands for. */
    static boolean isSpace(int c) {
        return Character.isSpaceChar(c) || (c >= 0x09 && c <= 0x0d) || c == 0x85;
    }

    /** What {@code \w} stands for outside a class, where Oniguruma also counts six numbers of Latin-1. */
    static boolean isWord(int c) {
        return isWordInClass(c) || c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0xbc && c <= 0xbe);
    }

    private static boolean isWordInClass(int c) {
        return Character.isAlphabetic(c)
                || isOneOf(c, MARKS)
                || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                || Character.getType(c) == Character.CONNECTOR_PUNCTUATION;
    }

    CodePointSet space() {
        return named("space", UnicodeProperties::isSpace);
    }

    CodePointSet word() {
        return named("word", UnicodeProperties::isWord);
    }

    CodePointSet wordInClass() {
        return named("word in class", UnicodeProperties::isWordInClass);
    }

    CodePointSet digit() {
        return named("nd", c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
    }

    CodePointSet hexDigit() {
        return named("xdigit", c -> c < 128 && Character.digit(c, 16) >= 0);
    }

    /** The set that {@code \p{name}} stands for. Case, spaces, hyphens and underscores in the name don't count. */
    CodePointSet property(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
        String key = LONG_NAMES.getOrDefault(plain, plain);
        Integer category = CATEGORIES.get(key);
        if (category != null) {
            return named(key, c -> isOneOf(c, category));
        }
        return switch (key) {
            case "any" -> CodePointSet.ALL;
            case "assigned" -> property("cn").complement();
            case "whitespace" -> space();
            case "alphabetic" -> posix("alpha");
            case "word" -> word();
            default -> script(key).orElseGet(() -> posix(key));
        };
    }

    private Optional<CodePointSet> script(String name) {
        for (UnicodeScript script : UnicodeScript.values()) {
            if (script.name().replace("_", "").equalsIgnoreCase(name)) {
                return Optional.of(named(name, c -> UnicodeScript.of(c) == script));
            }
        }
        return Optional.empty();
    }

    /** The set of {@code [:name:]}, which {@code \p{name}} may name as well. */
    CodePointSet posix(String name) {
        return switch (name) {
            case "alpha" -> named(name, Character::isAlphabetic);
            case "alnum" ->
                named(name, c -> Character.isAlphabetic(c) || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
            case "ascii" -> CodePointSet.range(0, 127);
            case "blank" -> named(name, c -> c == '\t' || Character.getType(c) == Character.SPACE_SEPARATOR);
            case "cntrl" -> property("cc");
            case "digit" -> digit();
            case "lower" -> named(name, Character::isLowerCase);
            case "punct" -> named(name, c -> isOneOf(c, PUNCTUATION | SYMBOLS));
            case "space" -> space();
            case "upper" -> named(name, Character::isUpperCase);
            case "xdigit" -> hexDigit();
            case "word" -> wordInClass();
            default -> throw new PatternException("the class '" + name + "' is unknown or not supported");
        };
    }

    /** Worked out when first asked for: most patterns don't ask. */
    CaseFolding folding() {
        if (folding == null) {
            folding = new CaseFolding();
        }
        return folding;
    }

    private CodePointSet named(String key, IntPredicate member) {
        if (known.size() == MAX_SETS) {
            throw new PatternException("more than " + MAX_SETS + " different classes");
        }
        return known.computeIfAbsent(key, _ -> CodePointSet.where(member));
    }

    private static boolean isOneOf(int c, int types) {
        return (types >>> Character.getType(c) & 1) != 0;
    }

    private static Map.Entry<String, Integer> category(String name, byte... types) {
        return Map.entry(name, types(types));
    }

    private static int types(byte... types) {
        int bits = 0;
        for (byte type : types) {
            bits |= 1 << type;
        }
        return bits;
    }
}
