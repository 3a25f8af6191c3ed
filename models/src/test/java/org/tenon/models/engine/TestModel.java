package org.tenon.models.engine;

import static org.tenon.api.model.Sampling.sampling;

import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.tenon.api.backend.Numerics;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.History;
import org.tenon.api.model.Limits;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Scores;
import org.tenon.api.text.Tokenizer;
import org.tenon.models.sampling.SamplingChain;

/** A loaded model on a {@link FakeComputation}. */
final class TestModel implements AutoCloseable {
    static final int VOCABULARY = Bytes.SIZE;
    static final int BLOCK = 16;
    private static final Cleaner CLEANER = Cleaner.create();

    private final FakeComputation computation;
    private final LoadedModel model;

    private record Nothing() implements LayerSpec {}

    private TestModel(FakeComputation computation, LoadedModel model) {
        this.computation = computation;
        this.model = model;
    }

    /** Limits for a small model: 3 sequences of 64 tokens, 8 rows in a step. */
    static Limits limits() {
        return Limits.defaults().sequences(3).context(64).rows(8).outputs(8).cacheBytes(1);
    }

    static TestModel open() {
        return open(limits(), TestModel::noise);
    }

    static TestModel open(Limits limits, Function<int[], float[]> logits) {
        int context = limits.context().orElseThrow();
        int sequences = limits.sequences().orElseThrow();
        int entries = (context + BLOCK - 1) / BLOCK;
        Blocks.Group group = new Blocks.Group(Integer.MAX_VALUE, sequences * entries, entries);
        return open(limits, new FakeComputation(logits, BLOCK, group), Optional.of(new Bytes()));
    }

    static TestModel open(Limits limits, FakeComputation computation, Optional<Tokenizer> tokenizer) {
        return open(limits, computation, computation.blocks(), tokenizer, new DeviceThread("test"));
    }

    static TestModel open(
            Limits limits,
            FakeComputation computation,
            Blocks blocks,
            Optional<Tokenizer> tokenizer,
            DeviceThread thread) {
        LayerSpec nothing = new Nothing();
        ModelSpec spec = new ModelSpec(
                VOCABULARY,
                limits.context().orElseThrow(),
                List.of(new ModelSpec.Stack("stack", 1, nothing, List.of(), nothing)),
                Map.of(ModelSpec.HEAD, nothing));
        EngineModel.Description description = new EngineModel.Description(
                spec,
                Numerics.F32,
                new CacheBytes(0, 0),
                "fake",
                tokenizer.map(FoundTokenizer::of).orElseGet(FoundTokenizer::none),
                sampling().greedy().endTokens(Bytes.EOS),
                new LoadTimings(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        return new TestModel(computation, new LoadedModel(description, limits, blocks, computation, thread, CLEANER));
    }

    LoadedModel model() {
        return model;
    }

    FakeComputation computation() {
        return computation;
    }

    @Override
    public void close() {
        model.close();
    }

    /** Logits that depend on every id before and look random; end tokens never are the best. */
    static float[] noise(int[] ids) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(ids));
        float[] logits = new float[VOCABULARY];
        for (int id = 0; id < VOCABULARY; id++) {
            logits[id] = (float) (4 * random.nextDouble());
        }
        logits[Bytes.EOS] = -1;
        return logits;
    }

    /** A model that says one thing after a prompt of so many tokens, and then ends. */
    static Function<int[], float[]> saying(String text, int promptLength) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ids -> {
            float[] logits = new float[VOCABULARY];
            int said = ids.length - promptLength;
            logits[said < bytes.length ? bytes[said] & 0xFF : Bytes.EOS] = 1;
            return logits;
        };
    }

    /** What a model that is asked for nothing else gives: computed without any engine. */
    static int[] alone(int[] prompt, int count, Sampling sampling, long seed) {
        int[] ids = prompt;
        SamplingChain chain = SamplingChain.of(sampling, seed, Integer.MAX_VALUE);
        Scores scores = new Scores(VOCABULARY);
        for (int i = 0; i < count; i++) {
            CachedSequence sequence = new CachedSequence(new BlockTable[0]);
            sequence.become(ids);
            History history = new SequenceHistory(sequence, prompt.length);
            scores.set(noise(ids));
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = chain.next(scores, history);
        }
        return Arrays.copyOfRange(ids, prompt.length, ids.length);
    }

    /** A prompt of so many ids, different for each number. */
    static int[] prompt(int length, int number) {
        return new SplittableRandom(number).ints(length, 0, 256).toArray();
    }
}
