package org.tenon.models.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.GenerationFailed;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Scores;
import org.tenon.api.model.Timings;
import org.tenon.api.model.Token;
import org.tenon.api.model.Usage;
import org.tenon.api.text.TextStream;
import org.tenon.models.sampling.LogProbabilities;
import org.tenon.models.sampling.SamplingChain;

/** A request on its way through the engine. Made by the caller's thread, then the engine's alone, save for the mailbox. */
final class Run {
    private final CachedSequence sequence;
    private final boolean kept;
    private final int[] prompt;
    private final int context;
    private final Mailbox mailbox;
    private final SamplingChain chain;
    private final long seed;
    private final Collection<Integer> endTokens;
    private final Collection<Integer> stopTokens;
    private final int maxTokens;
    private final OptionalInt logProbabilities;
    private final Optional<OutputText> text;
    private final SequenceHistory history;
    private final List<Token> tokens = new ArrayList<>();
    private final long submitted;
    private final long deadline;
    private long number;
    private boolean begun;
    private long started;
    private long firstToken;
    private int reused;
    private long parkedSince;
    private boolean parked;
    private @Nullable FinishReason reason;

    /**
     * What a request asks for, settled.
     *
     * @param sampling with the model's defaults
     * @param seed of the random numbers
     * @param timeout nothing for no deadline
     * @param stream decodes the output, where there is a tokenizer
     */
    record Task(Sampling sampling, long seed, Optional<Duration> timeout, Optional<TextStream> stream) {}

    /**
     * The task on a sequence, which is {@code kept} for a session or else given back at the end. The prompt is all that comes before the
     * output.
     */
    Run(Task task, int[] prompt, CachedSequence sequence, boolean kept, int context, Mailbox mailbox) {
        Sampling sampling = task.sampling();
        this.sequence = sequence;
        this.kept = kept;
        this.prompt = prompt;
        this.context = context;
        this.mailbox = mailbox;
        this.seed = task.seed();
        this.chain = SamplingChain.of(sampling, seed);
        this.endTokens = sampling.endTokens();
        this.stopTokens = sampling.stopTokens();
        this.maxTokens = sampling.maxTokens().orElse(Integer.MAX_VALUE);
        this.logProbabilities = sampling.logProbabilities();
        this.text = task.stream().map(stream -> new OutputText(stream, sampling.stopStrings()));
        this.history = new SequenceHistory(sequence, prompt.length);
        this.submitted = System.nanoTime();
        this.deadline =
                task.timeout().map(timeout -> submitted + saturated(timeout)).orElse(Long.MAX_VALUE);
    }

    /** At most a hundred years, which no clock of nanoseconds wraps around in. */
    private static long saturated(Duration duration) {
        Duration most = Duration.ofDays(36_500);
        return (duration.compareTo(most) < 0 ? duration : most).toNanos();
    }

    CachedSequence sequence() {
        return sequence;
    }

    /** Whether the sequence outlives this run. */
    boolean kept() {
        return kept;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    /** Takes its place in the order of arrival. */
    void arrived(long place) {
        number = place;
    }

    boolean older(Run other) {
        return number < other.number;
    }

    /** Puts the prompt into the sequence, at the first admission. */
    void begin(long now) {
        if (!begun) {
            begun = true;
            started = now;
            sequence.become(prompt);
            reused = sequence.cached();
        }
    }

    boolean begun() {
        return begun;
    }

    /** Keys that the sequence needs for its next step. */
    int keys() {
        return begun ? sequence.length() : prompt.length;
    }

    boolean decoding() {
        return !tokens.isEmpty() && sequence.pending() == 1;
    }

    /** Whether the reader is too far behind for another token; notes since when. */
    boolean parked(long now) {
        boolean full = mailbox.full();
        if (full && !parked) {
            parkedSince = now;
        }
        parked = full;
        return full;
    }

    /** The reason why it has to end now, apart from what it has computed. */
    @Nullable FinishReason ending(long now, long idle) {
        if (mailbox.cancelled()) {
            return FinishReason.CANCELLED;
        }
        if (deadline != Long.MAX_VALUE && now - deadline >= 0) {
            return FinishReason.DEADLINE;
        }
        return parked(now) && now - parkedSince >= idle ? FinishReason.NOT_READ : null;
    }

    /** Nanoseconds until time alone may end it. */
    long patience(long now, long idle) {
        long untilDeadline = deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - now;
        return parked ? Math.min(untilDeadline, parkedSince + idle - now) : untilDeadline;
    }

    /** Chooses the next token from the logits of the last one; gives the reason when it is the last. */
    @Nullable FinishReason next(float[] logits, Scores scores) {
        scores.set(logits);
        List<Token.Candidate> best = List.of();
        double logSumExp = 0;
        if (logProbabilities.isPresent()) {
            logSumExp = LogProbabilities.logSumExp(logits);
            best = best(logits, scores, logSumExp, logProbabilities.getAsInt());
        }
        int id = chain.next(scores, history);
        if (id < 0 || id >= logits.length) {
            throw new TenonException("the end of the sampling chain chose " + id + ", which is no id from 0 to "
                    + (logits.length - 1) + "; correct it");
        }
        if (tokens.isEmpty()) {
            firstToken = System.nanoTime();
        }
        sequence.append(id);
        String certain = text(id);
        OptionalDouble probability =
                logProbabilities.isPresent() ? OptionalDouble.of(logits[id] - logSumExp) : OptionalDouble.empty();
        Token token = new Token(id, certain, probability, best);
        tokens.add(token);
        mailbox.put(token);
        return reason;
    }

    /** Decides whether the token is the last, and decodes it. */
    private String text(int id) {
        if (endTokens.contains(id)) {
            reason = FinishReason.END_TOKEN;
        } else if (stopTokens.contains(id)) {
            reason = FinishReason.STOP_TOKEN;
        } else if (tokens.size() + 1 >= maxTokens) {
            reason = FinishReason.MAX_TOKENS;
        } else if (sequence.length() >= context) {
            reason = FinishReason.CONTEXT_FULL;
        }
        if (text.isEmpty()) {
            return "";
        }
        OutputText output = text.get();
        boolean silent = FinishReason.END_TOKEN.equals(reason) || FinishReason.STOP_TOKEN.equals(reason);
        String certain = silent ? "" : output.append(id);
        if (reason != null && !output.stopped()) {
            certain += output.finish();
        }
        if (output.stopped()) {
            reason = FinishReason.STOP_STRING;
        }
        return certain;
    }

    private static List<Token.Candidate> best(float[] logits, Scores scores, double logSumExp, int count) {
        List<Token.Candidate> best = new ArrayList<>();
        if (count > 0) {
            scores.rank();
            for (int id = scores.nextBest(); id >= 0; id = best.size() < count ? scores.nextBest() : -1) {
                best.add(new Token.Candidate(id, logits[id] - logSumExp));
            }
        }
        return best;
    }

    /** Ends it; the sequence has been put where it belongs. */
    Result finish(FinishReason why) {
        text.ifPresent(OutputText::finish);
        long now = System.nanoTime();
        long first = tokens.isEmpty() ? now : firstToken;
        long begin = begun ? started : now;
        Timings timings = new Timings(
                Duration.ofNanos(begin - submitted), Duration.ofNanos(first - begin), Duration.ofNanos(now - first));
        Usage usage = new Usage(prompt.length, reused, tokens.size());
        return new Result(text.map(OutputText::whole).orElse(""), tokens, why, usage, timings, seed);
    }

    /** Ends it with what was thrown. */
    void fail(String message, Throwable cause) {
        mailbox.fail(new GenerationFailed(message, cause));
    }
}
