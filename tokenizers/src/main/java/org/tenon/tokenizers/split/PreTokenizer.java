package org.tenon.tokenizers.split;

import java.util.List;
import org.tenon.tokenizers.normalize.AlignedText;

/**
 * Cuts a text into the pieces that a byte-level model encodes. Immutable and safe for use by many threads.
 *
 * @param splitters what cuts first, one after the other
 * @param prefixSpace whether each piece that doesn't begin with a space then gets one
 * @param lastSplitters what cuts after that
 */
public record PreTokenizer(List<Splitter> splitters, boolean prefixSpace, List<Splitter> lastSplitters) {

    /** Copies the lists. */
    public PreTokenizer {
        splitters = List.copyOf(splitters);
        lastSplitters = List.copyOf(lastSplitters);
    }

    /**
     * A text and its pieces.
     *
     * @param text the text, perhaps with spaces put in
     * @param spans the pieces of it, in order
     */
    public record Pieces(AlignedText text, Spans spans) {}

    /**
     * Cuts.
     *
     * @param text the text
     * @return its pieces, none of them empty
     */
    public Pieces split(AlignedText text) {
        Spans spans = new Spans();
        spans.add(text.from(), text.to());
        Pieces pieces = new Pieces(text, cut(splitters, text, spans));
        if (prefixSpace) {
            pieces = withPrefixSpaces(pieces);
        }
        return new Pieces(pieces.text(), cut(lastSplitters, pieces.text(), pieces.spans()));
    }

    private static Spans cut(List<Splitter> splitters, AlignedText text, Spans spans) {
        Spans result = spans;
        for (Splitter splitter : splitters) {
            result = splitter.split(text.chars(), result);
        }
        return result;
    }

    private static Pieces withPrefixSpaces(Pieces pieces) {
        AlignedText text = pieces.text();
        Spans before = pieces.spans();
        Spans after = new Spans();
        AlignedText.Rewrite rewrite = new AlignedText.Rewrite(text);
        for (int i = 0; i < before.size(); i++) {
            int start = before.start(i);
            rewrite.skipTo(start);
            int newStart = rewrite.size();
            if (text.chars()[start] != ' ') {
                rewrite.replace(' ', 0);
                rewrite.insert(Character.codePointAt(text.chars(), start, text.to()));
            }
            rewrite.copyTo(before.end(i));
            after.add(newStart, rewrite.size());
        }
        return new Pieces(rewrite.done(), after);
    }
}
