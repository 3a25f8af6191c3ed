package org.tenon.models;

import java.nio.file.Path;
import java.util.List;
import org.tenon.api.TenonException;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.model.ModelFamily;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.DType;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.checkpoint.Access;
import org.tenon.models.loading.Backends;
import org.tenon.models.loading.Loader;
import org.tenon.models.loading.Options;
import org.tenon.models.plugin.PluginFinder;

/**
 * Where an application begins: finds backends, layers and model families, and loads, creates and saves models. Thread-safe.
 *
 * <pre>{@code
 * try (Tenon tenon = Tenon.open();
 *         CausalModel model = tenon.causal(Path.of("Llama-3.2-1B"));
 *         Generation story = model.generate("Once upon a time", sampling().temperature(0.8).seed(7))) {
 *     for (Token token : story) {
 *         System.out.print(token.text());
 *     }
 * }
 * }</pre>
 */
public final class Tenon implements AutoCloseable {
    private final Loader loader;
    private final DType weights;

    private Tenon(Loader loader, Options options) {
        this.loader = loader;
        this.weights = options.activations().orElse(DType.F32);
    }

    /** {@return Tenon with all that is found; the device is chosen for each model, by size} */
    public static Tenon open() {
        return builder().open();
    }

    /**
     * Tenon on one backend.
     *
     * @param backend its name, such as {@code cpu}
     * @return Tenon
     */
    public static Tenon open(String backend) {
        return builder().backend(backend).open();
    }

    /** {@return a builder with nothing chosen} */
    public static Builder builder() {
        return new Builder(Options.DEFAULTS, PluginFinder.in(contextLoader()));
    }

    /** A thread may have no context class loader; then the one that loaded Tenon. */
    private static ClassLoader contextLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? Tenon.class.getClassLoader() : context;
    }

    /** Chooses how Tenon loads models. Immutable: each choice gives another builder. */
    public static final class Builder {
        private final Options options;
        private final PluginFinder finder;

        private Builder(Options options, PluginFinder finder) {
            this.options = options;
            this.finder = finder;
        }

        private Builder with(Options changed) {
            return new Builder(changed, finder);
        }

        /**
         * Chooses a backend by name.
         *
         * @param name its name
         * @return a builder with it
         */
        public Builder backend(String name) {
            return with(options.backend(name));
        }

        /**
         * Adds a backend and chooses it.
         *
         * @param provider its provider
         * @return a builder with it
         */
        public Builder backend(BackendProvider provider) {
            return with(options.with(provider).backend(provider.name()));
        }

        /**
         * Chooses a device within the backend.
         *
         * @param id its id
         * @return a builder with it
         */
        public Builder device(String id) {
            return with(options.device(id));
        }

        /**
         * Adds a kind of layer.
         *
         * @param provider its provider
         * @return a builder with it
         */
        public Builder layer(LayerProvider<?> provider) {
            return with(options.with(provider));
        }

        /**
         * Adds a model family.
         *
         * @param family the family
         * @return a builder with it
         */
        public Builder family(ModelFamily family) {
            return with(options.with(family));
        }

        /**
         * Chooses the type of activations; the checkpoint's own otherwise.
         *
         * @param type F32, BF16 or F16
         * @return a builder with it
         */
        public Builder activations(DType type) {
            return with(options.activations(type));
        }

        /**
         * Asks for reproducible results: {@link Reproducibility#NONE} unless said otherwise. With {@link Reproducibility#BATCH_INVARIANT}, a request gets the very tokens
         * that it gets alone, whoever else is served at once. A backend that can't promise it is refused.
         *
         * @param level what equal inputs must promise
         * @return a builder with it
         */
        public Builder reproducibility(Reproducibility level) {
            return with(options.reproducibility(level));
        }

        /**
         * Limits what a model does at once.
         *
         * @param limits the limits
         * @return a builder with them
         */
        public Builder limits(Limits limits) {
            return with(options.limits(limits));
        }

        /**
         * Chooses how weights are reached: {@link Access#MAPPED} unless said otherwise. A mapped file must not be overwritten while it is
         * in use; {@link Access#COPIED} avoids that at the price of memory.
         *
         * @param access the way
         * @return a builder with it
         */
        public Builder access(Access access) {
            return with(options.access(access));
        }

        /**
         * Chooses what becomes of tensors in a checkpoint that nothing uses.
         *
         * @param tolerant true leaves them unread, false refuses the checkpoint
         * @return a builder with the choice
         */
        public Builder tolerant(boolean tolerant) {
            return with(options.tolerant(tolerant));
        }

        /**
         * Hears how far loading has come.
         *
         * @param progress called for each weight, on the thread that loads
         * @return a builder with it
         */
        public Builder progress(Runner.Progress progress) {
            return with(options.progress(progress));
        }

        /**
         * Looks for plugins in a class loader, rather than in the context class loader of the thread that made the builder.
         *
         * @param loader the class loader
         * @return a builder with it
         */
        public Builder plugins(ClassLoader loader) {
            return new Builder(options, PluginFinder.in(loader));
        }

        /**
         * Looks for plugins in a module layer and its parents.
         *
         * @param layer the module layer
         * @return a builder with it
         */
        public Builder plugins(ModuleLayer layer) {
            return new Builder(options, PluginFinder.in(layer));
        }

        /** {@return Tenon as chosen} */
        public Tenon open() {
            return new Tenon(Loader.open(options, finder), options);
        }
    }

    /**
     * Loads a causal language model.
     *
     * @param folder a folder as Hugging Face Transformers writes it: {@code config.json}, safetensors, perhaps a tokenizer
     * @return the model; close it before Tenon
     * @throws org.tenon.api.TenonException when a file is missing or wrong, or no device can take the model; says what to do
     */
    public CausalModel causal(Path folder) {
        return loader.causal(folder);
    }

    /**
     * Loads an encoder, such as BERT.
     *
     * @param folder a folder as Hugging Face Transformers writes it: {@code config.json}, safetensors, perhaps a tokenizer
     * @return the model; close it before Tenon
     * @throws org.tenon.api.TenonException when a file is missing or wrong, the model is of another kind, or no device can take it; says what to do
     */
    public EncoderModel encoder(Path folder) {
        return loader.encoder(folder);
    }

    /**
     * Loads an encoder with a decoder, such as T5.
     *
     * @param folder a folder as Hugging Face Transformers writes it: {@code config.json}, safetensors, perhaps a tokenizer
     * @return the model; close it before Tenon
     * @throws org.tenon.api.TenonException when a file is missing or wrong, the model is of another kind, or no device can take it; says what to do
     */
    public Seq2SeqModel seq2seq(Path folder) {
        return loader.seq2seq(folder);
    }

    /**
     * Loads a model of whatever kind its configuration says; a {@code switch} on its type tells which.
     *
     * @param folder a folder as Hugging Face Transformers writes it
     * @return the model; close it before Tenon
     * @throws org.tenon.api.TenonException when a file is missing or wrong, or no device can take the model; says what to do
     */
    public Model model(Path folder) {
        return loader.model(folder);
    }

    /**
     * Creates a causal model with random weights.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @return the model, its weights of the activations' type, F32 unless chosen otherwise; close it before Tenon
     */
    public CausalModel create(ModelSpec spec, long seed) {
        return loader.create(spec, seed, weights);
    }

    /**
     * Creates an encoder with random weights.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @return the model, its weights of the activations' type, F32 unless chosen otherwise; close it before Tenon
     */
    public EncoderModel createEncoder(ModelSpec spec, long seed) {
        return loader.createEncoder(spec, seed, weights);
    }

    /**
     * Creates an encoder with a decoder, with random weights. The decoder starts with id 0.
     *
     * @param spec its architecture
     * @param seed decides on all weights
     * @return the model, its weights of the activations' type, F32 unless chosen otherwise; close it before Tenon
     */
    public Seq2SeqModel createSeq2Seq(ModelSpec spec, long seed) {
        return loader.createSeq2Seq(spec, seed, weights);
    }

    /**
     * Saves a model as a folder that {@link #model}, and {@link #causal}, {@link #seq2seq} or {@link #encoder} by its kind, loads: in its family's spelling where there is one, so that Transformers reads it too,
     * else with {@code model_type: tenon}.
     *
     * @param model a model that this Tenon loaded or created, still open
     * @param folder where; made when it isn't there; files of the same names in it are replaced
     * @throws TenonException when a file can't be written
     */
    public void save(Model model, Path folder) {
        loader.save(model, folder);
    }

    /**
     * What an architecture declares, from a folder's {@code config.json}, and the names of its tensors where it holds any: parameters, caches, costs.
     *
     * @param folder the model's folder
     * @return the blueprint
     */
    public Blueprint blueprint(Path folder) {
        return loader.blueprint(folder);
    }

    /**
     * What an architecture declares.
     *
     * @param spec the architecture
     * @return the blueprint
     */
    public Blueprint blueprint(ModelSpec spec) {
        return loader.blueprint(spec);
    }

    /** {@return every backend, and what is known of it; may load native libraries} */
    public List<Backends.Status> backends() {
        return loader.backends().statuses();
    }

    /** {@return why backend plugins that are there were left out} */
    public List<String> backendProblems() {
        return loader.backends().problems();
    }

    /** Closes the models that are still open. Idempotent. */
    @Override
    public void close() {
        loader.close();
    }
}
