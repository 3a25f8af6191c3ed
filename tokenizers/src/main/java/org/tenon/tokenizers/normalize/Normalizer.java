package org.tenon.tokenizers.normalize;

import java.util.List;
import org.tenon.tokenizers.regex.Matcher;
import org.tenon.tokenizers.regex.Regex;

/** A change to a text that keeps track of offsets. Immutable and safe for use by many threads. */
public sealed interface Normalizer {

    /**
     * Changes a text.
     *
     * @param text the text
     * @return the changed text, or the same one
     */
    AlignedText apply(AlignedText text);

    /**
     * One after the other.
     *
     * @param parts the changes
     */
    record Chain(List<Normalizer> parts) implements Normalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText result = text;
            for (Normalizer part : parts) {
                result = part.apply(result);
            }
            return result;
        }
    }

    /**
     * A Unicode normalisation form.
     *
     * @param form which
     */
    record Unicode(UnicodeForm form) implements Normalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            return form.apply(text);
        }
    }

    /** Every character in lower case, whatever stands beside it. */
    record Lowercase() implements Normalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Rewrite rewrite = new AlignedText.Rewrite(text);
            for (int i = text.from(); i < text.to(); ) {
                int c = text.codePoint(i);
                if (c == 0x130) {
                    // the only character whose lower case is two: i and a dot above
                    rewrite.replace('i', 0);
                    rewrite.insert(0x307);
                } else {
                    rewrite.replace(Character.toLowerCase(c), 0);
                }
                i += Character.charCount(c);
            }
            return rewrite.done();
        }
    }

    /**
     * Something in front of a text that isn't empty.
     *
     * @param prefix what is put there
     */
    record Prepend(String prefix) implements Normalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            if (text.from() == text.to() || prefix.isEmpty()) {
                return text;
            }
            AlignedText.Rewrite rewrite = new AlignedText.Rewrite(text);
            int first = text.codePoint(text.from());
            int[] added = prefix.codePoints().toArray();
            rewrite.replace(added[0], 0);
            for (int i = 1; i < added.length; i++) {
                rewrite.insert(added[i]);
            }
            rewrite.insert(first);
            rewrite.copyTo(text.to());
            return rewrite.done();
        }
    }

    /**
     * Something else for every match of a pattern.
     *
     * @param pattern what is replaced
     * @param content what is put in its place
     */
    record Replace(Regex pattern, String content) implements Normalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            Matcher matcher = pattern.matcher(text.chars(), text.from(), text.to());
            if (!matcher.find()) {
                return text;
            }
            AlignedText.Rewrite rewrite = new AlignedText.Rewrite(text);
            do {
                rewrite.copyTo(matcher.start());
                rewrite.skip(Character.codePointCount(text.chars(), matcher.start(), matcher.end() - matcher.start()));
                content.codePoints().forEach(rewrite::insert);
            } while (matcher.find());
            rewrite.copyTo(text.to());
            return rewrite.done();
        }
    }
}
