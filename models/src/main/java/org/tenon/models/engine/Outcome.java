package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Result;
import org.tenon.api.model.Timings;
import org.tenon.api.model.Token;
import org.tenon.api.model.Usage;

/**
 * How a request has ended. The engine makes this; who wants to read it makes the result.
 *
 * @param transcript the tokens, to which none are added any more
 * @param text decodes them anew
 * @param reason why it ended
 * @param usage how many tokens there were
 * @param timings how long it took
 * @param seed the seed of the random numbers
 */
record Outcome(
        Transcript transcript,
        Supplier<Optional<OutputText>> text,
        FinishReason reason,
        Usage usage,
        Timings timings,
        long seed) {
    /** Puts objects and text to it. */
    Result result() {
        Optional<OutputText> output = text.get();
        int count = usage.outputTokens();
        List<Token> tokens = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tokens.add(output.isPresent() ? transcript.token(i, output.get()) : transcript.token(i, ""));
        }
        output.ifPresent(OutputText::finish);
        return new Result(output.map(OutputText::whole).orElse(""), tokens, reason, usage, timings, seed);
    }
}
