package org.tenon.models.loading;

import static java.util.stream.Collectors.toMap;

import com.google.inject.Guice;
import com.google.inject.Stage;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.config.Config;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Closed;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Format;
import org.tenon.api.model.Model;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.api.tensor.DType;
import org.tenon.api.text.UnsupportedTokenizer;
import org.tenon.models.architecture.RandomWeights;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.EncoderNetwork;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.assembly.Network;
import org.tenon.models.checkpoint.Checkpoint;
import org.tenon.models.checkpoint.Json;
import org.tenon.models.engine.DeviceThread;
import org.tenon.models.engine.EncoderRoom;
import org.tenon.models.engine.EngineModel;
import org.tenon.models.engine.FoundTokenizer;
import org.tenon.models.engine.LoadedEncoder;
import org.tenon.models.engine.LoadedModel;
import org.tenon.models.engine.LoadedSeq2Seq;
import org.tenon.models.engine.Room;
import org.tenon.models.observe.FlightRecorder;
import org.tenon.models.observe.LoadWatch;
import org.tenon.models.plugin.PluginFinder;
import org.tenon.tokenizers.HuggingFaceTokenizer;

/** Loads, creates and saves models. Thread-safe. */
public final class Loader {
    private static final String TOKENIZER = "tokenizer.json";
    private static final System.Logger LOGGER = System.getLogger(Loader.class.getName());

    private final Options options;
    private final Backends backends;
    private final Families families;
    private final LayerProviders layers;
    private final Cleaner cleaner = Cleaner.create();
    private final Map<Long, Open> open = new ConcurrentHashMap<>();

    /** The thread of each device that models have been loaded on; it runs while there are models. */
    private final Map<String, DeviceThread> threads = new ConcurrentHashMap<>();

    private final AtomicLong opened = new AtomicLong();
    private volatile boolean closed;

    /** A model that hasn't been closed yet. */
    private record Open(Model model, Origin origin) {}

    Loader(Options options, Backends backends, Families families, LayerProviders layers) {
        this.options = options;
        this.backends = backends;
        this.families = families;
        this.layers = layers;
    }

    /**
     * A loader with all plugins that are given and found.
     *
     * @param options how models are loaded
     * @param finder where plugins are looked for
     * @return the loader
     */
    public static Loader open(Options options, PluginFinder finder) {
        return Guice.createInjector(Stage.DEVELOPMENT, new TenonModule(options, finder))
                .getInstance(Loader.class);
    }

    /** {@return the backends there are} */
    public Backends backends() {
        return backends;
    }

    /**
     * An architecture with all that its layers declare, from a folder's {@code config.json}, and the names of its tensors where it holds any.
     *
     * @param folder the model's folder
     * @return the blueprint
     */
    public Blueprint blueprint(Path folder) {
        Config config = Json.read(folder.resolve(Checkpoint.CONFIG));
        return Blueprint.of(spec(folder, config), layers);
    }

    private ModelSpec spec(Path folder, Config config) {
        ModelFamily family = families.of(config);
        if (!Files.exists(folder.resolve(Checkpoint.WEIGHTS)) && !Files.exists(folder.resolve(Checkpoint.INDEX))) {
            return family.spec(config);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder, options.access())) {
            return family.spec(config, checkpoint.tensors().keySet());
        }
    }

    /**
     * The blueprint of an architecture.
     *
     * @param spec the architecture
     * @return the blueprint
     */
    public Blueprint blueprint(ModelSpec spec) {
        return Blueprint.of(spec, layers);
    }

    /**
     * Loads a causal model.
     *
     * @param folder a folder as Transformers writes it
     * @return the model; the caller closes it
     */
    public CausalModel causal(Path folder) {
        return load(folder, ModelSpec.Kind.CAUSAL, this::startCausal);
    }

    /**
     * Loads an encoder.
     *
     * @param folder a folder as Transformers writes it
     * @return the model; the caller closes it
     */
    public EncoderModel encoder(Path folder) {
        return load(folder, ModelSpec.Kind.ENCODER, this::startEncoder);
    }

    /**
     * Loads an encoder with a decoder.
     *
     * @param folder a folder as Transformers writes it
     * @return the model; the caller closes it
     */
    public Seq2SeqModel seq2seq(Path folder) {
        return load(folder, ModelSpec.Kind.SEQ2SEQ, this::startSeq2Seq);
    }

    /**
     * Loads a model of whatever kind its configuration says.
     *
     * @param folder a folder as Transformers writes it
     * @return the model; the caller closes it
     */
    public Model model(Path folder) {
        Config config = Json.read(folder.resolve(Checkpoint.CONFIG));
        ModelSpec.Kind kind = families.of(config).spec(config).kind();
        return switch (kind) {
            case CAUSAL -> causal(folder);
            case ENCODER -> encoder(folder);
            case SEQ2SEQ -> seq2seq(folder);
        };
    }

    /** What a model is started from, once a device has been opened for it. */
    private record Opened(
            Origin origin,
            FoundTokenizer tokenizer,
            Numerics numerics,
            Backend backend,
            String device,
            long free,
            Runnable release,
            DeviceThread thread,
            LoadWatch watch) {
        ModelSpec spec() {
            return origin.blueprint().spec();
        }
    }

    /** Starts a model of one kind; the model closes the backend, and calls what releases the rest. */
    @FunctionalInterface
    private interface Starter<M extends Model> {
        M start(Opened opened);
    }

    private <M extends Model> M load(Path folder, ModelSpec.Kind kind, Starter<M> starter) {
        LoadWatch watch = new LoadWatch(options.progress());
        Checkpoint checkpoint = Checkpoint.open(folder, options.access());
        boolean done = false;
        try {
            Config config = checkpoint.config();
            ModelFamily family = families.of(config);
            ModelSpec spec = family.spec(config, checkpoint.tensors().keySet());
            require(kind, spec, folder.toString());
            Blueprint blueprint = Blueprint.of(spec, layers);
            Weights weights =
                    Weights.of(checkpoint, blueprint, family.names(config, Format.HUGGING_FACE), options.tolerant());
            Origin origin = new Origin(
                    blueprint,
                    weights,
                    Origin.widest(blueprint, weights),
                    Optional.of(family),
                    Optional.of(folder),
                    config,
                    checkpoint.generationConfig());
            M model = start(origin, tokenizer(folder), checkpoint::close, watch, starter);
            done = true;
            return model;
        } finally {
            if (!done) {
                checkpoint.close();
            }
        }
    }

    private static void require(ModelSpec.Kind kind, ModelSpec spec, String what) {
        if (spec.kind() != kind) {
            throw new TenonException(what + " holds " + spec.kind() + ", not " + kind + "; open it with "
                    + spec.kind().method() + "(...)");
        }
    }

    /** A tokenizer of a kind that can't be read leaves a model that takes and gives ids. */
    private static FoundTokenizer tokenizer(Path folder) {
        if (!Files.exists(folder.resolve(TOKENIZER))) {
            return FoundTokenizer.none();
        }
        try {
            return FoundTokenizer.of(HuggingFaceTokenizer.load(folder));
        } catch (UnsupportedTokenizer unsupported) {
            LOGGER.log(
                    System.Logger.Level.INFO, "the model takes and gives ids, not text: {0}", unsupported.getMessage());
            return FoundTokenizer.unread(String.valueOf(unsupported.getMessage()));
        }
    }

    /**
     * Creates a causal model with random weights.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @param type the type of its weights
     * @return the model; the caller closes it
     */
    public CausalModel create(ModelSpec spec, long seed, DType type) {
        return create(spec, seed, type, ModelSpec.Kind.CAUSAL, this::startCausal);
    }

    /**
     * Creates an encoder with a decoder, with random weights; the decoder starts with id 0.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @param type the type of its weights
     * @return the model; the caller closes it
     */
    public Seq2SeqModel createSeq2Seq(ModelSpec spec, long seed, DType type) {
        return create(spec, seed, type, ModelSpec.Kind.SEQ2SEQ, this::startSeq2Seq);
    }

    /**
     * Creates an encoder with random weights.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @param type the type of its weights
     * @return the model; the caller closes it
     */
    public EncoderModel createEncoder(ModelSpec spec, long seed, DType type) {
        return create(spec, seed, type, ModelSpec.Kind.ENCODER, this::startEncoder);
    }

    private <M extends Model> M create(ModelSpec spec, long seed, DType type, ModelSpec.Kind kind, Starter<M> starter) {
        Blueprint blueprint = Blueprint.of(spec, layers);
        require(kind, spec, "the architecture");
        RandomWeights weights = new RandomWeights(blueprint, seed, type);
        Origin origin = new Origin(
                blueprint, weights, type, Optional.empty(), Optional.empty(), Config.object(), Optional.empty());
        return start(origin, FoundTokenizer.none(), () -> {}, new LoadWatch(options.progress()), starter);
    }

    private <M extends Model> M start(
            Origin origin, FoundTokenizer tokenizer, Runnable release, LoadWatch watch, Starter<M> starter) {
        check();
        watch.read();
        long number = opened.getAndIncrement();
        DType activations = options.activations().orElse(origin.type());
        Numerics numerics = Numerics.of(activations).reproducibility(options.reproducibility());
        long bytes = origin.bytes(activations);
        M model = backends.first(options, bytes, choice -> {
            Backend backend = choice.provider().open(choice.device(), numerics);
            boolean done = false;
            try {
                M started = starter.start(new Opened(
                        origin,
                        tokenizer,
                        numerics,
                        backend,
                        choice.toString(),
                        Math.max(0, choice.device().memoryBytes() - bytes),
                        () -> {
                            open.remove(number);
                            try {
                                backend.close();
                            } finally {
                                release.run();
                            }
                        },
                        threads.computeIfAbsent(
                                choice.provider().name() + "-" + choice.device().id(), DeviceThread::new),
                        watch));
                done = true;
                started.listen(new FlightRecorder(origin.name()));
                watch.loaded(origin.name(), choice.toString(), started.loading());
                return started;
            } finally {
                if (!done) {
                    backend.close();
                }
            }
        });
        open.put(number, new Open(model, origin));
        if (closed) {
            model.close(); // it came between the check and the end of the others
        }
        check();
        return model;
    }

    private CausalModel startCausal(Opened opened) {
        Room room = room(opened);
        Network network = network(opened, room);
        return LoadedModel.start(description(opened), room, network, opened.release(), opened.thread(), cleaner);
    }

    private Seq2SeqModel startSeq2Seq(Opened opened) {
        Origin origin = opened.origin();
        int[] decoderStart = Defaults.decoderStart(origin.config(), origin.generationConfig());
        Room room = room(opened);
        Network network = network(opened, room);
        return LoadedSeq2Seq.start(
                description(opened), decoderStart, room, network, opened.release(), opened.thread(), cleaner);
    }

    private Room room(Opened opened) {
        Blueprint blueprint = opened.origin().blueprint();
        Map<KeyGroup, Long> tokenBytes = blueprint.keyGroups().stream()
                .collect(toMap(group -> group, group -> blueprint.keyBytesPerToken(group, opened.numerics())));
        return Room.of(
                options.limits(),
                opened.spec().context(),
                opened.spec().vocabulary(),
                tokenBytes,
                blueprint.stateBytes(),
                opened.free());
    }

    private static Network network(Opened opened, Room room) {
        return Network.build(
                opened.origin().blueprint(),
                opened.origin().weights(),
                opened.backend(),
                opened.numerics(),
                room.bounds(),
                opened.watch());
    }

    private static EngineModel.Description description(Opened opened) {
        Origin origin = opened.origin();
        return new EngineModel.Description(
                opened.spec(),
                opened.numerics(),
                origin.blueprint().cacheBytes(opened.numerics()),
                opened.device(),
                opened.tokenizer(),
                Defaults.of(origin.config(), origin.generationConfig()),
                opened.watch().timings());
    }

    private EncoderModel startEncoder(Opened opened) {
        EncoderRoom room = EncoderRoom.of(options.limits(), opened.spec().context());
        EncoderNetwork network = EncoderNetwork.build(
                opened.origin().blueprint(),
                opened.origin().weights(),
                opened.backend(),
                opened.numerics(),
                room.bounds(),
                opened.watch());
        LoadedEncoder.Description description = new LoadedEncoder.Description(
                opened.spec(),
                opened.numerics(),
                opened.device(),
                opened.tokenizer(),
                opened.origin().labels(),
                opened.watch().timings());
        return LoadedEncoder.start(description, room, network, opened.release(), opened.thread());
    }

    private void check() {
        if (closed) {
            throw new Closed("Tenon");
        }
    }

    /**
     * Saves a model: in its family's spelling where there is one, else as {@code model_type: tenon}; with the files of its tokenizer where
     * it was loaded with one.
     *
     * @param model a model that this loader loaded or created, still open
     * @param folder where; made when it isn't there
     */
    public void save(Model model, Path folder) {
        Origin origin = open.values().stream()
                .filter(one -> one.model().equals(model))
                .map(Open::origin)
                .findFirst()
                .orElseThrow(
                        () -> new TenonException(
                                "a model is saved by the Tenon that loaded it, while it is open; this one is closed, or another's"));
        new Saving(origin, families.spelling(model.spec(), origin.family())).into(folder);
    }

    /** Closes the models that are still open. Idempotent. */
    public void close() {
        closed = true;
        List.copyOf(open.values()).forEach(one -> one.model().close());
    }
}
