package org.tenon.tokenizers.pipeline;

import java.util.List;
import org.tenon.tokenizers.bpe.Vocabulary;

/** What is done with the tokens of a text at the end. Immutable and safe for use by many threads. */
public sealed interface PostProcessor {

    /**
     * Processes.
     *
     * @param tokens the tokens; may be changed
     * @param text the original text
     * @param specialTokens whether to add tokens around them
     * @return the tokens after it
     */
    TokenBuffer apply(TokenBuffer tokens, char[] text, boolean specialTokens);

    /**
     * One after the other.
     *
     * @param parts the processors
     */
    record Chain(List<PostProcessor> parts) implements PostProcessor {
        @Override
        public TokenBuffer apply(TokenBuffer tokens, char[] text, boolean specialTokens) {
            TokenBuffer result = tokens;
            for (PostProcessor part : parts) {
                result = part.apply(result, text, specialTokens);
            }
            return result;
        }
    }

    /**
     * Tokens around the text.
     *
     * @param pieces what the result is made of
     */
    record Template(List<Piece> pieces) implements PostProcessor {
        @Override
        public TokenBuffer apply(TokenBuffer tokens, char[] text, boolean specialTokens) {
            TokenBuffer result = new TokenBuffer();
            for (Piece piece : pieces) {
                switch (piece) {
                    case Piece.Text _ -> result.add(tokens);
                    case Piece.Ids(List<Integer> ids) -> {
                        if (specialTokens) {
                            ids.forEach(result::add);
                        }
                    }
                }
            }
            return result;
        }
    }

    /** A part of a {@link Template}. */
    sealed interface Piece {
        /** The tokens of the text. */
        record Text() implements Piece {}

        /**
         * Tokens that are added.
         *
         * @param ids their ids
         */
        record Ids(List<Integer> ids) implements Piece {}
    }

    /**
     * Offsets without the spaces with which a token begins or ends. The reference counts these in characters, and takes the
     * space that it put in front of the text for one that has no place in it.
     *
     * @param vocabulary the model's tokens
     * @param prefixSpace whether a space was put in front of the text
     */
    record TrimOffsets(Vocabulary vocabulary, boolean prefixSpace) implements PostProcessor {
        @Override
        public TokenBuffer apply(TokenBuffer tokens, char[] text, boolean specialTokens) {
            for (int i = 0; i < tokens.size(); i++) {
                int leading = tokens.leadingSpaces(i);
                int trailing = tokens.trailingSpaces(i);
                if (leading < 0) {
                    String token = vocabulary.token(tokens.id(i)).orElse("");
                    leading = leadingSpaces(token);
                    trailing = trailingSpaces(token);
                }
                int start = tokens.start(i);
                int end = tokens.end(i);
                boolean ours = prefixSpace && leading == 1 && (i == 0 || start == 0);
                if (leading > 0 && !ours) {
                    start = forward(text, start, end, leading);
                }
                if (trailing > 0) {
                    int trimmed = backward(text, end, trailing);
                    end = trimmed < 0 ? end : Math.max(trimmed, start);
                }
                tokens.move(i, start, end);
            }
            return tokens;
        }

        private static int leadingSpaces(String token) {
            int count = 0;
            while (count < token.length() && TokenBuffer.isSpace(token.charAt(count))) {
                count++;
            }
            return count;
        }

        private static int trailingSpaces(String token) {
            int count = 0;
            while (count < token.length() && TokenBuffer.isSpace(token.charAt(token.length() - 1 - count))) {
                count++;
            }
            return count;
        }

        private static int forward(char[] text, int start, int end, int characters) {
            int at = start;
            for (int i = 0; i < characters && at < end; i++) {
                at += Character.charCount(Character.codePointAt(text, at));
            }
            return at;
        }

        private static int backward(char[] text, int end, int characters) {
            int at = end;
            for (int i = 0; i < characters; i++) {
                if (at == 0) {
                    return -1;
                }
                at -= Character.charCount(Character.codePointBefore(text, at));
            }
            return at;
        }
    }
}
