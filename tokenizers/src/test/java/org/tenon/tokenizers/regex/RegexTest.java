package org.tenon.tokenizers.regex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected matches are those of Oniguruma 6.9.10, as {@code tokenizers} 0.23 uses it. */
class RegexTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '~',
            value = {
                "a{2}? ¦ aaaa ¦ aa aa",
                "a{1,2}? ¦ aaaa ¦ a a a a",
                "a{1,2}+ ¦ aaaaa ¦ aaaaa",
                "a{,2} ¦ aaa ¦ aa a",
                "x{ ¦ ax{ ¦ x{",
                "a++b ¦ aab ¦ aab",
                "a*+ab ¦ aab ¦",
                "(?>a+)a|b ¦ aaab ¦ b",
                "(?:a|ab)c ¦ abc ac ¦ abc ac",
                "(?=a)\\w ¦ abca ¦ a a",
                "\\w(?!b) ¦ abcb ¦ b b",
                "(?<=ab|c)d ¦ abdcd d ¦ d d",
                "(?<!a)b ¦ abbb ¦ b b",
                "^a ¦ aba ¦ a",
                "\\bab\\b ¦ ab abc ab ¦ ab ab",
                "[a-c&&[^b]]+ ¦ abcca ¦ a cca",
                "[[:alpha:]&&[^a]]+ ¦ abéa1 ¦ bé",
                "[^\\P{L}]+ ¦ a1é ¦ a é",
                "\\h+ ¦ af09g ¦ af09",
                "\\p{^L}+ ¦ ab12 ¦ 12",
                "\\x{1F600}|\\u00e9 ¦ é😀 ¦ é 😀",
                "(?i:k)+ ¦ kK\u212ax ¦ kK\u212a",
                "(?i:'s) ¦ 'S'\u017f ¦ 'S '\u017f",
                "a(?i)b|c ¦ aB aC C ¦ aB aC",
                "\\w ¦ \u00b2 ¦ \u00b2",
                "[\\w] ¦ \u00b2a ¦ a",
                "\\s ¦ \u200b\u0085\u3000 ¦ \u0085 \u3000",
                "[a\\]\\-b]+ ¦ x]-ab ¦ ]-ab",
                "(a*)* ¦ aab ¦ aa",
            })
    void matchesAreThoseOfOniguruma(String pattern, String text, String expected) {
        assertEquals(
                expected == null ? List.of() : List.of(expected.split(" ")),
                matches(pattern, text).stream()
                        .filter(match -> !match.isEmpty())
                        .toList());
    }

    @Test
    void aRegionIsAWholeText() {
        char[] text = "xxabxx".toCharArray();
        Matcher matcher = new RegexCompiler().compile("^ab$|(?<=x)a").matcher(text, 2, 4);
        assertTrue(matcher.find());
        assertEquals(2, matcher.start());
        assertEquals(4, matcher.end());
    }

    @Test
    void emptyMatchesAreFoundOncePerPlace() {
        Matcher matcher = new RegexCompiler().compile("x*").matcher("axxb".toCharArray(), 0, 4);
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.start() + "-" + matcher.end());
        }
        assertEquals(List.of("0-0", "1-3", "4-4"), found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a)\\1",
                "\\k<n>",
                "(?<n>a)",
                "(?x:a)",
                "(?s:.)",
                "[a",
                "(a",
                "a)",
                "*a",
                "\\p{Nonsense}",
                "\\p{L",
                "[b-a]",
                "[a-\\d]",
                "\\q",
                "a{2,1}",
                "a{100001}",
                "(?<=a+)b",
                "\\x{110000}",
                "\\ud800",
                "(?i:ss)",
                "(?i:[ß])",
                "(?i:ﬁ)",
                "[[:nonsense:]]",
                "a\\",
                "(?",
                "\\G"
            })
    void whatIsNoPatternOrIsNotSupportedIsRefused(String pattern) {
        assertThrows(PatternException.class, () -> new RegexCompiler().compile(pattern));
    }

    /** Each of them recurses in java.util.regex, once per character or per pair. */
    @ParameterizedTest
    @ValueSource(strings = {"(?:a|b)*", "(?:a|b)*?c", "(?:ab?)+", "(?:a(?=a))*", "(?>a|b)+", "(a*)*", "(?:a|b){2,}"})
    void aMillionRepetitionsTakeNoStack(String pattern) {
        char[] text = "a".repeat(1_000_000).toCharArray();
        Matcher matcher = new RegexCompiler().compile(pattern).matcher(text, 0, text.length);
        assertTimeout(Duration.ofSeconds(10), () -> {
            try {
                matcher.find();
            } catch (PatternException e) {
                assertTrue(e.getMessage().contains("takes too long"), e.getMessage());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?:a+)+b", "(?:a|a)*b", "(?:a*)*b", "(?:a|aa)+$b"})
    void aPatternThatBacktracksForEverIsStopped(String pattern) {
        char[] text = "a".repeat(5_000).toCharArray();
        Matcher matcher = new RegexCompiler().compile(pattern).matcher(text, 0, text.length);
        PatternException e =
                assertTimeout(Duration.ofSeconds(10), () -> assertThrows(PatternException.class, matcher::find));
        assertTrue(e.getMessage().contains("takes too long on this text"), e.getMessage());
    }

    private static List<String> matches(String pattern, String text) {
        Matcher matcher = new RegexCompiler().compile(pattern).matcher(text.toCharArray(), 0, text.length());
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(text.substring(matcher.start(), matcher.end()));
        }
        return found;
    }
}
