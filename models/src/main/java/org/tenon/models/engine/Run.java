package org.tenon.models.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tenon.api.TenonException;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Timings;
import org.tenon.api.model.Usage;
import org.tenon.models.sampling.LogProbabilities;
import org.tenon.models.sampling.SamplingChain;

/** A request on its way through the engine. Made by the caller's thread, then the engine's alone, save for the mailbox. */
class Run {
    /** Room for tokens that is taken at once. */
    private static final int EXPECTED = 1024;

    private final CachedSequence sequence;
    private final List<CachedSequence> only;
    private final boolean kept;
    private final int[] prompt;
    private final int context;
    private final int vocabulary;
    private final Transcript transcript;
    private final Supplier<Optional<OutputText>> text;
    private final Mailbox mailbox;
    private final SamplingChain chain;
    private final long seed;
    private final int[] endTokens; // in order
    private final int[] stopTokens; // in order
    private final int maxTokens;

    /** Looks for stop strings. Where there are none, nobody but the reader needs the text. */
    private final Optional<OutputText> stops;

    private final SequenceHistory history;
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
     * @param text decodes the output from its beginning, where there is a tokenizer
     * @param context the longest sequence
     * @param vocabulary how many ids there are
     */
    record Task(
            Sampling sampling,
            long seed,
            Optional<Duration> timeout,
            Supplier<Optional<OutputText>> text,
            int context,
            int vocabulary) {}

    /**
     * The task on a sequence, which is {@code kept} for a session or else given back at the end. The prompt is all that comes before the
     * output. The mailbox holds so many tokens.
     */
    Run(Task task, int[] prompt, CachedSequence sequence, boolean kept, Engine engine, int buffer) {
        Sampling sampling = task.sampling();
        this.sequence = sequence;
        this.only = List.of(sequence);
        this.kept = kept;
        this.prompt = prompt;
        this.context = task.context();
        this.vocabulary = task.vocabulary();
        this.text = task.text();
        this.seed = task.seed();
        this.endTokens = sorted(sampling.endTokens());
        this.stopTokens = sorted(sampling.stopTokens());
        this.maxTokens = sampling.maxTokens().orElse(Integer.MAX_VALUE);
        this.chain = SamplingChain.of(sampling, seed, Math.min(maxTokens, context - prompt.length));
        this.transcript = new Transcript(sampling.logProbabilities(), task.vocabulary(), expected());
        this.mailbox = new Mailbox(buffer, engine, transcript, text.get());
        this.stops = sampling.stopStrings().isEmpty() ? Optional.empty() : text.get();
        this.history = new SequenceHistory(sequence, prompt.length);
        this.submitted = System.nanoTime();
        this.deadline =
                task.timeout().map(timeout -> submitted + saturated(timeout)).orElse(Long.MAX_VALUE);
    }

    private static int[] sorted(Collection<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private int expected() {
        return Math.min(EXPECTED, Math.min(maxTokens, context - prompt.length));
    }

    /** At most a hundred years, which no clock of nanoseconds wraps around in. */
    private static long saturated(Duration duration) {
        Duration most = Duration.ofDays(36_500);
        return (duration.compareTo(most) < 0 ? duration : most).toNanos();
    }

    final CachedSequence sequence() {
        return sequence;
    }

    /** How many sequences it may have at once. */
    int width() {
        return 1;
    }

    /** Its sequences. */
    List<CachedSequence> sequences() {
        return only;
    }

    /** The sequences that come into a step together, a row each, when it is {@link #decoding}; else the one whose rows are computed first. */
    List<CachedSequence> due() {
        return only;
    }

    /** How many rows of the first that is due are to be computed before it decodes. */
    int pending() {
        return sequence.pending();
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

    /** Brings the cache of its sequence to where it serves the run best. */
    void adopt(Blocks blocks) {
        if (begun) {
            blocks.adopt(sequence, sequence.array(), sequence.length(), sequence.cached());
        } else {
            blocks.adopt(sequence, prompt, prompt.length, Math.min(sequence.common(prompt), prompt.length - 1));
        }
    }

    /** Puts the prompt into the sequence, at the first admission. */
    void begin(long now) {
        if (!begun) {
            begun = true;
            started = now;
            sequence.expect(prompt.length + expected());
            sequence.become(prompt);
            reused = sequence.cached();
        }
    }

    boolean begun() {
        return begun;
    }

    /** Keys that one of its sequences needs for its next step. */
    final int keys(CachedSequence one) {
        return begun ? one.length() : prompt.length;
    }

    /** All that comes before the output. */
    final int[] prompt() {
        return prompt;
    }

    /** The most tokens that it may give. */
    final int mostTokens() {
        return Math.min(maxTokens, context - prompt.length);
    }

    /** Whether a token ends the output. */
    final boolean ends(int id) {
        return Arrays.binarySearch(endTokens, id) >= 0 || Arrays.binarySearch(stopTokens, id) >= 0;
    }

    final SamplingChain chain() {
        return chain;
    }

    /** Decodes an output from its beginning. */
    final Optional<OutputText> text() {
        return text.get();
    }

    boolean decoding() {
        return transcript.count() > 0 && sequence.pending() == 1;
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

    /** Chooses the next token by what came of the last one; gives the reason when it is the last. */
    @Nullable FinishReason next(Outputs outputs) {
        double probability = 0; // its logarithm, where anybody wants it
        int id;
        if (transcript.scored()) {
            float[] logits = outputs.logits();
            double logSumExp = LogProbabilities.logSumExp(logits);
            outputs.scores().set(logits);
            transcript.score(logits, outputs.scores(), logSumExp);
            id = checked(chain.next(outputs.scores(), history));
            probability = logits[id] - logSumExp;
        } else {
            id = checked(outputs.choose(chain, history));
        }
        if (transcript.count() == 0) {
            firstToken = System.nanoTime();
        }
        sequence.append(id);
        boolean end = Arrays.binarySearch(endTokens, id) >= 0;
        boolean silent = end || Arrays.binarySearch(stopTokens, id) >= 0;
        if (end) {
            reason = FinishReason.END_TOKEN;
        } else if (silent) {
            reason = FinishReason.STOP_TOKEN;
        } else if (transcript.count() + 1 >= maxTokens) {
            reason = FinishReason.MAX_TOKENS;
        } else if (sequence.length() >= context) {
            reason = FinishReason.CONTEXT_FULL;
        }
        if (stops.isPresent() && stopped(stops.get(), id, silent)) {
            reason = FinishReason.STOP_STRING;
        }
        transcript.add(id, probability, reason != null, silent);
        mailbox.added();
        return reason;
    }

    private int checked(int id) {
        if (id < 0 || id >= vocabulary) {
            throw new TenonException("the end of the sampling chain chose " + id + ", which is no id from 0 to "
                    + (vocabulary - 1) + "; correct it");
        }
        return id;
    }

    /** Whether the text comes to a stop string with a token. */
    private boolean stopped(OutputText output, int id, boolean silent) {
        if (!silent) {
            output.append(id);
        }
        if (reason != null && !output.stopped()) {
            output.finish();
        }
        return output.stopped();
    }

    /** How it ends, or would if it ended now. */
    Outcome outcome(FinishReason why) {
        int count = transcript.count();
        long now = System.nanoTime();
        long first = count == 0 ? now : firstToken;
        long begin = begun ? started : now;
        Timings timings = new Timings(
                Duration.ofNanos(begin - submitted), Duration.ofNanos(first - begin), Duration.ofNanos(now - first));
        return new Outcome(
                transcript,
                text,
                why,
                new Usage(sequence.source().length + prompt.length, reused, count),
                timings,
                seed);
    }
}
