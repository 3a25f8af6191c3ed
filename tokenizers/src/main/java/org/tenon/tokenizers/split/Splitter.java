package org.tenon.tokenizers.split;

import org.tenon.tokenizers.regex.Matcher;
import org.tenon.tokenizers.regex.Regex;

/** Cuts pieces of a text into smaller ones. Immutable and safe for use by many threads. */
public sealed interface Splitter {

    /**
     * Cuts.
     *
     * @param text the text
     * @param pieces the pieces of it that are to be cut
     * @return the smaller pieces, none of them empty
     */
    Spans split(char[] text, Spans pieces);

    /**
     * Cuts at the matches of a pattern, which sees each piece as a whole text.
     *
     * @param pattern the pattern
     * @param delimiter what becomes of the matches
     * @param invert whether what lies between the matches counts as a match instead
     */
    record AtPattern(Regex pattern, Delimiter delimiter, boolean invert) implements Splitter {
        @Override
        public Spans split(char[] text, Spans pieces) {
            Spans result = new Spans();
            Cutter cutter = new Cutter(delimiter, result);
            Matcher matcher = pattern.matcher(text, 0, 0);
            for (int i = 0; i < pieces.size(); i++) {
                int at = pieces.start(i);
                matcher.reset(text, at, pieces.end(i));
                while (matcher.find()) {
                    if (at < matcher.start()) {
                        cutter.add(at, matcher.start(), invert);
                    }
                    cutter.add(matcher.start(), matcher.end(), !invert);
                    at = matcher.end();
                }
                if (at < pieces.end(i)) {
                    cutter.add(at, pieces.end(i), invert);
                }
                cutter.finish();
            }
            return result;
        }
    }

    /**
     * Cuts numbers off, those of the categories Nd, Nl and No.
     *
     * @param individual whether every digit becomes a piece of its own
     */
    record Digits(boolean individual) implements Splitter {
        @Override
        public Spans split(char[] text, Spans pieces) {
            Spans result = new Spans();
            for (int i = 0; i < pieces.size(); i++) {
                int start = pieces.start(i);
                boolean inNumber = false;
                int at = start;
                while (at < pieces.end(i)) {
                    int c = Character.codePointAt(text, at, pieces.end(i));
                    boolean digit = isNumeric(c);
                    if (at > start && (digit != inNumber || (digit && individual))) {
                        result.add(start, at);
                        start = at;
                    }
                    inNumber = digit;
                    at += Character.charCount(c);
                }
                result.add(start, at);
            }
            return result;
        }

        private static boolean isNumeric(int c) {
            int type = Character.getType(c);
            return type == Character.DECIMAL_DIGIT_NUMBER
                    || type == Character.LETTER_NUMBER
                    || type == Character.OTHER_NUMBER;
        }
    }
}
