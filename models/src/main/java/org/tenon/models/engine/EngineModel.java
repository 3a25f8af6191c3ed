package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Roof;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Stepper;
import org.tenon.api.program.KernelListener;
import org.tenon.api.text.Tokenizer;
import org.tenon.models.assembly.Network;

/** What models have in common that give tokens one after another: an engine. */
public abstract sealed class EngineModel implements GenerativeModel permits LoadedModel, LoadedSeq2Seq {
    private final Description description;
    private final Limits limits;
    private final Prompts prompts;
    private final Blocks blocks;
    private final Listeners listeners = new Listeners();
    private final Cleaner cleaner;
    private final Computation computation;
    private final Engine engine;

    /**
     * What is known of a model beside its network.
     *
     * @param spec the architecture
     * @param numerics the precision
     * @param cacheBytes what a sequence takes of the caches
     * @param device the backend's name and what it runs on
     * @param tokenizer the tokenizer, or why there is none
     * @param defaults how tokens are chosen where a request doesn't say
     * @param loading how long loading took
     */
    public record Description(
            ModelSpec spec,
            Numerics numerics,
            CacheBytes cacheBytes,
            String device,
            FoundTokenizer tokenizer,
            Sampling defaults,
            LoadTimings loading) {}

    /**
     * Starts the engine. The limits leave nothing open; the computation belongs to the model from now on. A source may have so many ids; none where
     * there is no encoder.
     */
    EngineModel(
            Description description,
            Limits limits,
            int longestSource,
            Blocks blocks,
            Computation computation,
            DeviceThread thread,
            Cleaner cleaner) {
        this.description = description;
        this.limits = limits;
        this.prompts = new Prompts(
                description.tokenizer(),
                description.spec().vocabulary(),
                limits.context().orElseThrow(),
                longestSource);
        this.blocks = blocks;
        this.cleaner = cleaner;
        this.computation = computation;
        this.engine = new Engine(computation, blocks, limits, description.spec().vocabulary(), listeners, thread);
        engine.start();
    }

    /** The blocks of a network's caches. */
    static Blocks blocks(Network network, Computation computation) {
        Network.Bounds bounds = network.bounds();
        List<Blocks.Group> groups = network.groups().stream()
                .map(group -> new Blocks.Group(
                        group.reach().keys(),
                        bounds.cache(group).blocks(),
                        bounds.cache(group).entries(),
                        group.crosses()))
                .toList();
        boolean sharing = network.blueprint().lengthDependences().isEmpty();
        return new Blocks(bounds.blockSize(), groups, bounds.slots(), sharing, computation::clear);
    }

    @Override
    public ModelSpec spec() {
        return description.spec();
    }

    @Override
    public Numerics numerics() {
        return description.numerics();
    }

    @Override
    public CacheBytes cacheBytes() {
        return description.cacheBytes();
    }

    @Override
    public String device() {
        return description.device();
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
        return description.tokenizer().tokenizer();
    }

    @Override
    public Optional<String> unreadTokenizer() {
        return description.tokenizer().unread();
    }

    @Override
    public Sampling defaults() {
        return description.defaults();
    }

    @Override
    public LoadTimings loading() {
        return description.loading();
    }

    Engine engine() {
        return engine;
    }

    Blocks blocks() {
        return blocks;
    }

    Cleaner cleaner() {
        return cleaner;
    }

    Prompts prompts() {
        return prompts;
    }

    /** Hands a request to the engine: the prompt is the whole sequence before the output. */
    Mailbox submit(Request request, int[] prompt, CachedSequence sequence, boolean kept) {
        Run run = new Run(task(request, prompt), prompt, sequence, kept, engine, limits.buffer());
        engine.submit(run);
        return run.mailbox();
    }

    private Run.Task task(Request request, int[] prompt) {
        prompts.check(prompt);
        Sampling sampling = request.sampling().orElse(defaults());
        prompts.check(sampling);
        long seed = sampling.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        Supplier<Optional<OutputText>> text =
                () -> tokenizer().map(known -> new OutputText(known.stream(false), sampling.stopStrings()));
        return new Run.Task(sampling, seed, request.timeout(), text, context(), vocabulary());
    }

    /** Hands a search to the engine. */
    CompletableFuture<List<Hypothesis>> search(
            Request request, BeamSearch search, int[] prompt, CachedSequence sequence) {
        int most = limits.sequences().orElseThrow();
        if (search.beams() > most) {
            throw new InvalidRequest("beams must be at most the model's limit for sequences, " + most + ", but is "
                    + search.beams() + "; load the model with a higher limit");
        }
        Request greedy = request.sampling(request.sampling().greedy());
        BeamRun run = new BeamRun(task(greedy, prompt), search, prompt, sequence, engine, blocks, engine);
        engine.submit(run);
        EngineGeneration generation = new EngineGeneration(run.mailbox(), cleaner);
        CompletableFuture<List<Hypothesis>> found = generation.future().thenApply(_ -> run.found());
        return found.whenComplete((_, _) -> generation.close());
    }

    @Override
    public Stepper stepper() {
        return EngineStepper.open(engine, limits, prompts, blocks, cleaner);
    }

    @Override
    public ModelListener.Registration listen(ModelListener listener) {
        engine.check();
        return listeners.attach(listener);
    }

    @Override
    public ModelListener.Registration profile(KernelListener listener) {
        engine.check();
        return engine.profile(listener);
    }

    @Override
    public ModelListener.Registration routing(RoutingListener listener) {
        engine.check();
        computation.watch(listener);
        return () -> computation.watchNoMore(listener);
    }

    @Override
    public Optional<Roof> roof(List<Roof.Product> products) {
        return engine.roof(products);
    }

    @Override
    public void close() {
        engine.close();
    }
}
