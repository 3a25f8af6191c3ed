package org.tenon.models.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.tenon.api.backend.Numerics;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Limits;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.text.Tokenizer;
import org.tenon.layers.token.PositionedEmbedding;
import org.tenon.models.assembly.EncoderNetwork;

/** An encoder on its engine. */
public final class LoadedEncoder implements EncoderModel {
    private final Description description;
    private final Limits limits;
    private final List<String> heads;
    private final int types;
    private final Prompts prompts;
    private final Listeners listeners = new Listeners();
    private final EncoderEngine engine;

    /**
     * What is known of an encoder beside its network.
     *
     * @param spec the architecture
     * @param numerics the precision
     * @param device the backend's name and what it runs on
     * @param tokenizer the tokenizer, or why there is none
     * @param labels what the classes are called; empty where nothing says
     * @param loading how long loading took
     */
    public record Description(
            ModelSpec spec,
            Numerics numerics,
            String device,
            FoundTokenizer tokenizer,
            List<String> labels,
            LoadTimings loading) {
        /**
         * Copies the list.
         *
         * @param spec the architecture
         * @param numerics the precision
         * @param device the backend's name and what it runs on
         * @param tokenizer the tokenizer, or why there is none
         * @param labels what the classes are called
         * @param loading how long loading took
         */
        public Description {
            labels = List.copyOf(labels);
        }
    }

    private LoadedEncoder(
            Description description, EncoderRoom room, EncoderNetwork network, Runnable release, DeviceThread thread) {
        this.description = description;
        this.limits = room.limits();
        this.heads = network.heads();
        this.types = types(description.spec());
        this.prompts = new Prompts(description.tokenizer(), description.spec().vocabulary(), context());
        this.engine = new EncoderEngine(network, release, limits, listeners, thread);
    }

    /** How many types of tokens there are: those that the embedding knows, one where it knows none. */
    private static int types(ModelSpec spec) {
        return spec.stacks().getFirst().embedding() instanceof PositionedEmbedding positioned
                ? Math.max(1, positioned.types())
                : 1;
    }

    /**
     * Starts an encoder.
     *
     * @param description what is known of it
     * @param room what its network was built for
     * @param network the network, which belongs to the model from now on
     * @param release gives back what lies below the network, after it
     * @param thread issues work to the network's device
     * @return the model
     */
    public static LoadedEncoder start(
            Description description, EncoderRoom room, EncoderNetwork network, Runnable release, DeviceThread thread) {
        LoadedEncoder model = new LoadedEncoder(description, room, network, release, thread);
        model.engine.start();
        return model;
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
    public LoadTimings loading() {
        return description.loading();
    }

    @Override
    public List<String> labels() {
        return description.labels();
    }

    @Override
    public List<Encoded> encode(List<EncoderInput> inputs, Set<String> wanted) {
        engine.check();
        boolean[] wants = new boolean[heads.size()];
        for (String name : wanted) {
            int head = heads.indexOf(name);
            if (head < 0) {
                throw new InvalidRequest("the head must be one that the model has, "
                        + (heads.isEmpty() ? "and it has none" : String.join(", ", heads)) + ", but is " + name);
            }
            wants[head] = true;
        }
        List<EncoderJob> jobs = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            jobs.add(job(inputs.get(i), wants, inputs.size() == 1 ? "the sequence" : "sequence " + i));
        }
        return jobs.isEmpty() ? List.of() : engine.encode(jobs);
    }

    private EncoderJob job(EncoderInput input, boolean[] wants, String name) {
        int[] ids = switch (input) {
            case EncoderInput.Text text -> prompts.text(text.text(), true);
            case EncoderInput.Ids given -> given.toArray();
        };
        int[] each = switch (input) {
            case EncoderInput.Text _ -> new int[ids.length];
            case EncoderInput.Ids given -> given.types();
        };
        if (ids.length == 0) {
            throw new InvalidRequest(name + " must have at least one token, but is empty; give a text, or ids");
        }
        if (ids.length > context()) {
            throw new InvalidRequest(
                    name + " must fit in the context of " + context() + " tokens, but has " + ids.length
                            + "; shorten it, or load the model with larger limits for the context and the rows where it is made for more, "
                            + "which is " + spec().context());
        }
        prompts.checkIds(ids);
        for (int i = 0; i < each.length; i++) {
            if (each[i] < 0 || each[i] >= types) {
                throw new InvalidRequest(
                        "the type of token " + i + " must be from 0 to " + (types - 1) + ", but is " + each[i]);
            }
        }
        return new EncoderJob(ids, each, wants, new CompletableFuture<>());
    }

    @Override
    public ModelListener.Registration listen(ModelListener listener) {
        engine.check();
        return listeners.attach(listener);
    }

    @Override
    public void close() {
        engine.close();
    }
}
