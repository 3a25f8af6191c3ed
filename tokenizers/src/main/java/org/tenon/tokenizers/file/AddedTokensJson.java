package org.tenon.tokenizers.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.tenon.tokenizers.added.AddedToken;
import org.tenon.tokenizers.added.AddedTokens;
import org.tenon.tokenizers.bpe.Vocabulary;
import org.tenon.tokenizers.json.JsonValue;
import org.tenon.tokenizers.normalize.AlignedText;
import org.tenon.tokenizers.normalize.Normalizer;

/**
 * The section {@code added_tokens}. As in the reference, a token's id isn't what the file says but the model's own where it has
 * the token, and otherwise the next after its number of tokens; a file where the two differ is reported in the log.
 */
final class AddedTokensJson {
    private static final System.Logger LOG = System.getLogger(AddedTokensJson.class.getName());
    private static final int MAX_LENGTH = 4_096;

    private final Vocabulary vocabulary;
    private final Normalizer normalizer;
    private final List<AddedToken> tokens = new ArrayList<>();
    private final Map<Integer, String> spellings = new HashMap<>();
    private final Set<String> contents = new HashSet<>();
    private final Set<Integer> ids = new HashSet<>();
    private final AddedTokens.Builder raw = new AddedTokens.Builder();
    private final AddedTokens.Builder normalized = new AddedTokens.Builder();
    private int nextId;

    AddedTokensJson(Vocabulary vocabulary, Normalizer normalizer) {
        this.vocabulary = vocabulary;
        this.normalizer = normalizer;
        this.nextId = vocabulary.count();
    }

    void read(JsonValue json) {
        for (JsonValue entry : json.list()) {
            String content = entry.field("content").string();
            if (content.length() > MAX_LENGTH) {
                throw entry.error("an added token of more than " + MAX_LENGTH + " characters");
            }
            int declared = entry.field("id").integer(0, ModelJson.MAX_ID);
            if (!contents.add(content)) {
                throw entry.error("the token '" + content + "' occurs twice");
            }
            if (!ids.add(declared)) {
                throw entry.error("the id " + declared + " occurs twice");
            }
            if (!content.isEmpty()) {
                add(entry, content, declared);
            }
        }
    }

    private void add(JsonValue entry, String content, int declared) {
        OptionalInt own = vocabulary.id(content);
        int id = own.orElse(nextId);
        if (own.isEmpty()) {
            nextId++;
            vocabulary.token(id).ifPresent(other -> {
                throw entry.error(
                        "the token '%s' would get the id %d, which is that of '%s'".formatted(content, id, other));
            });
        }
        if (id != declared) {
            String message = "the token '%s' has the id %d, not %d".formatted(content, id, declared);
            LOG.log(System.Logger.Level.WARNING, entry.error(message).getMessage());
        }
        AddedToken token = new AddedToken(
                content,
                id,
                entry.flag("single_word", false),
                entry.flag("lstrip", false),
                entry.flag("rstrip", false),
                entry.flag("normalized", true),
                entry.flag("special", false));
        tokens.add(token);
        String pattern = token.normalized() ? normalize(content) : content;
        if (!pattern.equals(content)) {
            spellings.put(id, pattern);
        }
        if (pattern.isEmpty() || !(token.normalized() ? normalized : raw).add(pattern, token)) {
            throw entry.error("the token '" + content + "' can't be told from another once it is normalised");
        }
    }

    private String normalize(String content) {
        AlignedText text = normalizer.apply(AlignedText.original(content.toCharArray(), 0, content.length()));
        return new String(text.chars(), text.from(), text.to() - text.from());
    }

    List<AddedToken> tokens() {
        return List.copyOf(tokens);
    }

    AddedTokens raw() {
        return raw.build();
    }

    AddedTokens normalized() {
        return normalized.build();
    }

    Map<Integer, String> spellings() {
        return Map.copyOf(spellings);
    }
}
