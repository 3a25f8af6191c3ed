package org.tenon.models.sampling;

import java.util.Collection;
import java.util.Set;
import org.tenon.api.model.History;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;

/**
 * Leaves nothing but some ids, with a score of zero: the first token behind a single one, such as a decoder's start token, and the last that the bounds
 * allow (Transformers' {@code ForcedBOSTokenLogitsProcessor} and {@code ForcedEOSTokenLogitsProcessor}).
 *
 * @param first what the second id of a sequence must be; none for any
 * @param last one of which the last token of the output must be; none for any
 * @param most the most tokens of the output
 */
record ForcedTokens(Collection<Integer> first, Collection<Integer> last, int most) implements LogitsProcessor {
    ForcedTokens {
        first = Set.copyOf(first);
        last = Set.copyOf(last);
    }

    @Override
    public void apply(Scores scores, History history) {
        if (history.length() == 1 && !first.isEmpty()) {
            force(scores, first);
        }
        if (history.length() - history.promptLength() == most - 1 && !last.isEmpty()) {
            force(scores, last);
        }
    }

    private static void force(Scores scores, Collection<Integer> ids) {
        for (int id = 0; id < scores.vocabulary(); id++) {
            scores.remove(id);
        }
        ids.forEach(id -> scores.set(id, 0));
    }
}
