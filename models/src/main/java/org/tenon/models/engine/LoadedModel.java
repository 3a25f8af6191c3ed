package org.tenon.models.engine;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Roof;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Limits;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Request;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Session;
import org.tenon.api.model.Stepper;
import org.tenon.api.program.KernelListener;
import org.tenon.api.text.Tokenizer;
import org.tenon.models.assembly.Network;

/** A causal model on its engine. */
public final class LoadedModel implements CausalModel {
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
     * @param tokenizer the tokenizer, where there is one
     * @param defaults how tokens are chosen where a request doesn't say
     * @param loading how long loading took
     */
    public record Description(
            ModelSpec spec,
            Numerics numerics,
            CacheBytes cacheBytes,
            String device,
            Optional<Tokenizer> tokenizer,
            Sampling defaults,
            LoadTimings loading) {}

    /** Starts the engine. The limits leave nothing open; the computation belongs to the model from now on. */
    LoadedModel(
            Description description,
            Limits limits,
            Blocks blocks,
            Computation computation,
            DeviceThread thread,
            Cleaner cleaner) {
        this.description = description;
        this.limits = limits;
        this.prompts = new Prompts(
                description.tokenizer(),
                description.spec().vocabulary(),
                limits.context().orElseThrow());
        this.blocks = blocks;
        this.cleaner = cleaner;
        this.computation = computation;
        this.engine = new Engine(computation, blocks, limits, description.spec().vocabulary(), listeners, thread);
        engine.start();
    }

    /**
     * Starts a model.
     *
     * @param description what is known of it
     * @param room what its network was built for
     * @param network the network, which belongs to the model from now on
     * @param release gives back what lies below the network, after it
     * @param thread issues work to the network's device
     * @param cleaner returns what callers forget
     * @return the model
     */
    public static LoadedModel start(
            Description description,
            Room room,
            Network network,
            Runnable release,
            DeviceThread thread,
            Cleaner cleaner) {
        Computation computation = new NetworkComputation(network, release);
        Network.Bounds bounds = network.bounds();
        List<Blocks.Group> groups = network.groups().stream()
                .map(group -> new Blocks.Group(
                        group.reach().keys(),
                        bounds.cache(group).blocks(),
                        bounds.cache(group).entries()))
                .toList();
        boolean sharing = network.blueprint().lengthDependences().isEmpty();
        Blocks blocks = new Blocks(bounds.blockSize(), groups, bounds.slots(), sharing, computation::clear);
        return new LoadedModel(description, room.limits(), blocks, computation, thread, cleaner);
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
        return description.tokenizer();
    }

    @Override
    public Sampling defaults() {
        return description.defaults();
    }

    @Override
    public LoadTimings loading() {
        return description.loading();
    }

    @Override
    public Generation generate(Request request) {
        engine.check();
        int[] prompt = switch (request.prompt()) {
            case Request.Text text -> prompts.text(text.text(), true);
            case Request.Ids ids -> ids.toArray();
            case Request.Chat chat -> prompts.chat(chat.messages(), chat.variables());
        };
        return new EngineGeneration(submit(request, prompt, blocks.sequence(), false), cleaner);
    }

    Prompts prompts() {
        return prompts;
    }

    /** Hands a request to the engine: the prompt is the whole sequence before the output. */
    Mailbox submit(Request request, int[] prompt, CachedSequence sequence, boolean kept) {
        prompts.check(prompt);
        Sampling sampling = request.sampling().orElse(defaults());
        prompts.check(sampling);
        long seed = sampling.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        Supplier<Optional<OutputText>> text =
                () -> tokenizer().map(known -> new OutputText(known.stream(false), sampling.stopStrings()));
        Run.Task task = new Run.Task(sampling, seed, request.timeout(), text, context(), vocabulary());
        Run run = new Run(task, prompt, sequence, kept, engine, limits.buffer());
        engine.submit(run);
        return run.mailbox();
    }

    @Override
    public Session session() {
        engine.check();
        return new EngineSession(this, engine, blocks.sequence(), cleaner);
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
