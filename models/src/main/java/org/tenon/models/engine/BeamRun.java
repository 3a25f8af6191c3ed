package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.LogitsProcessor;
import org.tenon.api.model.Scores;
import org.tenon.models.sampling.LogProbabilities;

/**
 * A request that is searched for with beams. Each beam is a sequence; when one has several successors, the others are forked from it. There is one until
 * the prompt is computed.
 */
final class BeamRun extends Run {
    private final Beams beams;
    private final int width;
    private final Blocks blocks;
    private final Blocks.Copying copying;
    private final List<CachedSequence> sequences = new ArrayList<>();
    private final List<CachedSequence> first = new ArrayList<>(1); // the one that is behind the others
    private final float[][] logProbabilities; // [beams, vocabulary]
    private int delivered;
    private List<Hypothesis> found = List.of();

    /** The task on a sequence, whose twins come from the same blocks. */
    BeamRun(
            Task task,
            BeamSearch search,
            int[] prompt,
            CachedSequence sequence,
            Engine engine,
            Blocks blocks,
            Blocks.Copying copying) {
        super(task, prompt, sequence, false, engine, 1);
        this.width = search.beams();
        int ends = task.sampling().endTokens().size()
                + task.sampling().stopTokens().size();
        this.beams = new Beams(search, mostTokens(), task.vocabulary(), ends);
        this.blocks = blocks;
        this.copying = copying;
        this.logProbabilities = new float[width][task.vocabulary()];
        sequences.add(sequence);
    }

    @Override
    int width() {
        return width;
    }

    @Override
    List<CachedSequence> sequences() {
        return sequences;
    }

    private boolean spread() {
        return delivered > 0 || beams.begun();
    }

    @Override
    boolean decoding() {
        return spread() && behind().pending() == 1;
    }

    @Override
    List<CachedSequence> due() {
        if (decoding()) {
            return sequences;
        }
        first.clear();
        first.add(behind());
        return first;
    }

    /** Beams catch up but for their last row, which all compute together. */
    @Override
    int pending() {
        int pending = behind().pending();
        return spread() ? pending - 1 : pending;
    }

    /** The first that has more than a row to compute, or the first. */
    private CachedSequence behind() {
        for (int i = 0; i < sequences.size(); i++) {
            if (sequences.get(i).pending() > 1) {
                return sequences.get(i);
            }
        }
        return sequences.getFirst();
    }

    /** Before the end, the blocks of beams are found by forking, not by their contents. */
    @Override
    void adopt(Blocks from) {
        if (!begun()) {
            super.adopt(from);
        }
    }

    @Override
    @Nullable FinishReason next(Outputs outputs) {
        score(sequences.get(delivered), outputs.logits(), outputs.scores(), logProbabilities[delivered]);
        delivered++;
        if (delivered < sequences.size()) {
            return null;
        }
        delivered = 0;
        if (beams.step(logProbabilities, sequences.size(), this::ends)) {
            succeed();
            return null;
        }
        found = beams.best().stream().map(this::hypothesis).toList();
        return FinishReason.END_TOKEN;
    }

    private void score(CachedSequence sequence, float[] logits, Scores scores, float[] target) {
        double sum = LogProbabilities.logSumExp(logits);
        for (int id = 0; id < target.length; id++) {
            target[id] = (float) (logits[id] - sum);
        }
        List<LogitsProcessor> parts = chain().parts();
        if (!parts.isEmpty()) {
            scores.set(target);
            SequenceHistory history = new SequenceHistory(sequence, prompt().length);
            parts.forEach(part -> part.apply(scores, history));
            System.arraycopy(scores.toArray(), 0, target, 0, target.length);
        }
    }

    /** Makes the sequences those of the beams that go on: the first successor takes over, the others are forked before it goes on. */
    private void succeed() {
        List<CachedSequence> spare = new ArrayList<>(sequences);
        for (int beam = 0; beam < width; beam++) {
            spare.remove(sequences.get(beams.parent(beam)));
        }
        spare.forEach(blocks::release);
        List<CachedSequence> next = new ArrayList<>(width);
        for (int beam = 0; beam < width; beam++) {
            CachedSequence parent = sequences.get(beams.parent(beam));
            next.add(next.contains(parent) ? twin(parent, spare) : parent);
        }
        sequences.clear();
        sequences.addAll(next);
        for (int beam = 0; beam < width; beam++) {
            sequences.get(beam).append(beams.token(beam));
        }
    }

    private CachedSequence twin(CachedSequence parent, List<CachedSequence> spare) {
        CachedSequence twin = spare.isEmpty() ? blocks.sequence(parent.source()) : spare.removeLast();
        blocks.fork(parent, twin, copying);
        return twin;
    }

    private Hypothesis hypothesis(Beams.Finished finished) {
        String text = text().map(output -> {
                    finished.ids().stream().filter(id -> !ends(id)).forEach(output::append);
                    output.finish();
                    return output.whole();
                })
                .orElse("");
        return new Hypothesis(finished.ids(), text, finished.score());
    }

    /** What was found; nothing before the end, and where the search was ended. */
    List<Hypothesis> found() {
        return found;
    }
}
