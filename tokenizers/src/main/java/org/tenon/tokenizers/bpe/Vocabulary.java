package org.tenon.tokenizers.bpe;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tokens and their ids, one to one; there may be gaps between ids. Immutable. */
public final class Vocabulary {
    private final Map<String, Integer> ids;
    private final @Nullable String[] tokens;

    /**
     * A vocabulary.
     *
     * @param ids the id of each token, none twice and none negative; the map isn't copied and must not change
     */
    public Vocabulary(Map<String, Integer> ids) {
        this.ids = ids;
        int highest = -1;
        for (int id : ids.values()) {
            highest = Math.max(highest, id);
        }
        this.tokens = new String[highest + 1];
        ids.forEach((token, id) -> tokens[id] = token);
    }

    /**
     * This vocabulary and more tokens, which may take the place of some.
     *
     * @param added the id of each further token
     * @return a new vocabulary
     */
    public Vocabulary with(Map<String, Integer> added) {
        Map<String, Integer> all = new HashMap<>(ids);
        all.putAll(added);
        return new Vocabulary(all);
    }

    /**
     * The number of tokens.
     *
     * @return the number, gaps not counted
     */
    public int count() {
        return ids.size();
    }

    /**
     * The number of ids.
     *
     * @return the highest id plus one
     */
    public int size() {
        return tokens.length;
    }

    /**
     * The id of a token.
     *
     * @param token the token
     * @return its id, or nothing
     */
    public OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * The token of an id.
     *
     * @param id any number
     * @return the token, or nothing
     */
    public Optional<String> token(int id) {
        return id >= 0 && id < tokens.length ? Optional.ofNullable(tokens[id]) : Optional.empty();
    }
}
