package org.tenon.tokenizers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.tenon.api.TenonException;
import org.tenon.api.text.ChatTemplate;
import org.tenon.api.text.Encoding;
import org.tenon.api.text.TextStream;
import org.tenon.api.text.Tokenizer;
import org.tenon.tokenizers.added.AddedToken;
import org.tenon.tokenizers.added.AddedTokens;
import org.tenon.tokenizers.bpe.Vocabulary;
import org.tenon.tokenizers.bpe.WordEncoder;
import org.tenon.tokenizers.chat.JinjaChatTemplate;
import org.tenon.tokenizers.file.TokenizerConfig;
import org.tenon.tokenizers.file.TokenizerJson;
import org.tenon.tokenizers.file.TokenizerParts;
import org.tenon.tokenizers.normalize.AlignedText;
import org.tenon.tokenizers.pipeline.TokenBuffer;
import org.tenon.tokenizers.pipeline.TokenBytes;
import org.tenon.tokenizers.pipeline.Utf8Stream;
import org.tenon.tokenizers.split.PreTokenizer;
import org.tenon.tokenizers.split.Spans;

/**
 * A byte-level BPE tokenizer from Hugging Face's files. Ids, offsets and decoded text are those of the {@code tokenizers}
 * library, version 0.23. Immutable and safe for use by many threads.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
    private final TokenizerParts parts;
    private final TokenizerConfig config;
    private final Vocabulary vocabulary;
    private final TokenBytes bytes;
    private final Optional<ChatTemplate> chatTemplate;

    private HuggingFaceTokenizer(TokenizerParts parts, TokenizerConfig config) {
        this.parts = parts;
        this.config = config;
        Map<String, Integer> added = new HashMap<>();
        parts.added().forEach(token -> added.put(token.content(), token.id()));
        this.vocabulary = parts.model().vocabulary().with(added);
        // As in the reference, a token is special by its spelling.
        Set<String> special = parts.added().stream()
                .filter(AddedToken::special)
                .map(AddedToken::content)
                .collect(Collectors.toSet());
        BitSet specialIds = new BitSet();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (token(id).filter(special::contains).isPresent()) {
                specialIds.set(id);
            }
        }
        this.chatTemplate = config.chatTemplate().map(source -> new JinjaChatTemplate(source, config.specialTokens()));
        this.bytes = new TokenBytes(this::token, vocabulary.size(), specialIds, parts.decoding());
    }

    /**
     * Loads a tokenizer.
     *
     * @param directory a folder with {@code tokenizer.json}, and perhaps {@code tokenizer_config.json}, {@code
     *     special_tokens_map.json} and {@code chat_template.jinja}
     * @return the tokenizer
     * @throws TenonException if a file is missing or broken, or asks for what isn't supported; the message names the file and
     *     the place
     */
    public static HuggingFaceTokenizer load(Path directory) {
        Path file = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new TenonException(directory
                    + ": there is no tokenizer.json in this folder; other kinds of tokenizers are not supported yet");
        }
        return new HuggingFaceTokenizer(TokenizerJson.read(file), TokenizerConfig.read(directory));
    }

    @Override
    public Encoding encode(String text, boolean specialTokens) {
        char[] chars = wellFormed(text);
        TokenBuffer tokens = new TokenBuffer();
        WordEncoder encoder = parts.model().encoder();
        int at = 0;
        AlignedText all = AlignedText.original(chars, 0, chars.length);
        for (AddedTokens.Found found : parts.rawTokens().find(chars, 0, chars.length)) {
            encodeSegment(AlignedText.original(chars, at, Math.max(at, found.start())), encoder, tokens);
            tokens.add(found, all);
            at = found.end();
        }
        encodeSegment(AlignedText.original(chars, at, chars.length), encoder, tokens);
        return parts.postProcessor().apply(tokens, chars, specialTokens).encoding();
    }

    /** A part of the text without raw added tokens. */
    private void encodeSegment(AlignedText segment, WordEncoder encoder, TokenBuffer tokens) {
        if (segment.from() == segment.to()) {
            return;
        }
        AlignedText text = parts.normalizer().apply(segment);
        int at = text.from();
        for (AddedTokens.Found found : parts.normalizedTokens().find(text.chars(), at, text.to())) {
            encodePieces(text.slice(at, Math.max(at, found.start())), encoder, tokens);
            tokens.add(found, text);
            at = found.end();
        }
        encodePieces(text.slice(at, text.to()), encoder, tokens);
    }

    private void encodePieces(AlignedText text, WordEncoder encoder, TokenBuffer tokens) {
        if (text.from() == text.to()) {
            return;
        }
        PreTokenizer.Pieces pieces = parts.preTokenizer().split(text);
        Spans spans = pieces.spans();
        for (int i = 0; i < spans.size(); i++) {
            tokens.add(
                    encoder.encode(pieces.text().chars(), spans.start(i), spans.end(i)), pieces.text(), spans.start(i));
        }
    }

    /** The text's chars, with U+FFFD for each surrogate that lacks its partner, as if the text had gone through UTF-8. */
    private static char[] wellFormed(String text) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (Character.isSurrogate(chars[i])) {
                if (Character.isHighSurrogate(chars[i])
                        && i + 1 < chars.length
                        && Character.isLowSurrogate(chars[i + 1])) {
                    i++;
                } else {
                    chars[i] = '\ufffd';
                }
            }
        }
        return chars;
    }

    @Override
    public String decode(int[] ids, boolean keepSpecial) {
        return new Utf8Stream(bytes, keepSpecial).all(ids);
    }

    @Override
    public TextStream stream(boolean keepSpecial) {
        return new Utf8Stream(bytes, keepSpecial);
    }

    @Override
    public int size() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt id(String token) {
        return vocabulary.id(token);
    }

    @Override
    public Optional<String> token(int id) {
        String spelling = parts.spellings().get(id);
        return spelling == null ? vocabulary.token(id) : Optional.of(spelling);
    }

    @Override
    public boolean special(int id) {
        return bytes.special(id);
    }

    @Override
    public OptionalInt bos() {
        return named("bos_token");
    }

    @Override
    public OptionalInt eos() {
        return named("eos_token");
    }

    private OptionalInt named(String name) {
        String token = config.specialTokens().get(name);
        return token == null ? OptionalInt.empty() : vocabulary.id(token);
    }

    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return chatTemplate;
    }
}
