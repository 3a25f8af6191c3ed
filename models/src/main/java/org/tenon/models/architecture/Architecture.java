package org.tenon.models.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.layers.block.Block;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerProviders;

/**
 * Writes an architecture by hand:
 *
 * <pre>{@code
 * ModelSpec spec = Architecture.decoder(2048, vocabulary)
 *     .context(8192)
 *     .norm(rmsNorm(1e-5))
 *     .layers(24, i -> block(attention(32).kvHeads(8).rope(500_000), swiGlu(5_632)))
 *     .tiedHead()
 *     .build();
 * }</pre>
 *
 * <p>An encoder begins with {@link #encoder}, and {@link #decoder()} adds the stack that looks at it; what is said of embedding, norm and layers is
 * said of the stack that was begun last.
 *
 * <p>Immutable and thread-safe: each method gives a changed copy.
 */
public final class Architecture {
    /** The stacks' names; paths don't show the name of an only stack. */
    private static final String ENCODER = "encoder";

    private static final String DECODER = "decoder";

    /** Where a stack's embedding has its table. */
    private static final String TABLE = "embedding.weight";

    private static final int DEFAULT_CONTEXT = 2048;

    private final ModelSpec spec;

    private Architecture(ModelSpec spec) {
        this.spec = spec;
    }

    /**
     * Begins a causal model: an embedding, layers, a norm and a head. Unless told otherwise its context is 2048, its norms are RMS norms
     * with an epsilon of 1e-6, and its head has a matrix of its own.
     *
     * @param hidden the width of its rows
     * @param vocabulary how many ids there are
     * @return an architecture without layers yet
     */
    public static Architecture decoder(int hidden, int vocabulary) {
        return begun(DECODER, hidden, vocabulary).head(Head.untied());
    }

    /**
     * Begins an encoder, called {@value #ENCODER}: an embedding, layers and a norm, and whatever heads it is given by name. Its context and its norms
     * are those of {@link #decoder(int, int)}, unless told otherwise.
     *
     * @param hidden the width of its rows
     * @param vocabulary how many ids there are
     * @return an architecture without layers yet
     */
    public static Architecture encoder(int hidden, int vocabulary) {
        return begun(ENCODER, hidden, vocabulary);
    }

    private static Architecture begun(String name, int hidden, int vocabulary) {
        ModelSpec.Stack stack = new ModelSpec.Stack(name, hidden, new Embedding(), List.of(), new RmsNorm(1e-6));
        return new Architecture(new ModelSpec(vocabulary, DEFAULT_CONTEXT, List.of(stack), Map.of()));
    }

    /**
     * Begins the decoder of the encoder that is there, as wide as it. Unless told otherwise it has the encoder's norm and shares its table of ids; its
     * head has a matrix of its own.
     *
     * @return an architecture whose decoder has no layers yet
     * @throws InvalidArchitecture when what is there isn't an encoder alone
     */
    public Architecture decoder() {
        ModelSpec.Stack encoder = stack();
        if (!encoder.name().equals(ENCODER)) {
            throw invalid(
                    "stacks",
                    "a decoder is there already; begin with encoder(hidden, vocabulary), and add decoder() once");
        }
        ModelSpec.Stack decoder = new ModelSpec.Stack(
                DECODER, encoder.hidden(), Embedding.tiedTo(encoder.name() + "." + TABLE), List.of(), encoder.norm());
        List<ModelSpec.Stack> stacks = new ArrayList<>(spec.stacks());
        stacks.add(decoder);
        return of(stacks).head(Head.untied());
    }

    /**
     * Sets the longest sequence that the model is made for.
     *
     * @param tokens how many tokens
     * @return the changed architecture
     */
    public Architecture context(int tokens) {
        return new Architecture(new ModelSpec(spec.vocabulary(), tokens, spec.stacks(), spec.heads()));
    }

    /**
     * Sets what turns ids into rows.
     *
     * @param embedding the embedding
     * @return the changed architecture
     */
    public Architecture embedding(LayerSpec embedding) {
        return with(embedding, stack().layers(), stack().norm());
    }

    /**
     * Sets the norm after the last layer, and before every branch of a block that has no norm of its own.
     *
     * @param norm the norm
     * @return the changed architecture
     */
    public Architecture norm(LayerSpec norm) {
        return with(stack().embedding(), stack().layers(), norm);
    }

    /**
     * Adds layers after those that are there.
     *
     * @param count how many
     * @param layer gives each by its number in its stack
     * @return the changed architecture
     * @throws InvalidArchitecture when the count is below 1, or more than a model may have, or one of them is null
     */
    public Architecture layers(int count, IntFunction<? extends LayerSpec> layer) {
        List<LayerSpec> layers = new ArrayList<>(stack().layers());
        if (count < 1 || count > Blueprint.MOST_LAYERS - layers.size()) {
            throw invalid(
                    "layers",
                    count + " more than " + layers.size() + " are not between 1 and " + Blueprint.MOST_LAYERS);
        }
        for (int i = 0; i < count; i++) {
            LayerSpec next = layer.apply(layers.size());
            if (next == null) {
                throw invalid(
                        spec.prefix(stack()) + "layers[" + layers.size() + "]",
                        "is null; give a layer, such as block(attention(8), swiGlu(256))");
            }
            layers.add(next);
        }
        return with(stack().embedding(), layers, stack().norm());
    }

    /** {@return this architecture with a head that shares the matrix of the embedding, which a decoder may share with its encoder} */
    public Architecture tiedHead() {
        Optional<String> shared =
                stack().embedding() instanceof Embedding embedding ? embedding.tiedTo() : Optional.empty();
        return head(Head.tiedTo(shared.orElse(spec.prefix(stack()) + TABLE)));
    }

    /**
     * Sets the head that gives the logits.
     *
     * @param head the head
     * @return the changed architecture
     */
    public Architecture head(LayerSpec head) {
        return head(ModelSpec.HEAD, head);
    }

    /**
     * Adds a head by name, such as {@link ModelSpec#POOLER}, or replaces the one that is called so.
     *
     * @param name what it is called
     * @param head the head
     * @return the changed architecture
     */
    public Architecture head(String name, LayerSpec head) {
        Map<String, LayerSpec> heads = new LinkedHashMap<>(spec.heads());
        heads.put(name, head);
        return new Architecture(new ModelSpec(spec.vocabulary(), spec.context(), spec.stacks(), heads));
    }

    private static InvalidArchitecture invalid(String place, String problem) {
        return new InvalidArchitecture(List.of(new InvalidArchitecture.Fault(place, problem)));
    }

    /** The stack that was begun last. */
    private ModelSpec.Stack stack() {
        return spec.stacks().getLast();
    }

    private Architecture with(LayerSpec embedding, List<LayerSpec> layers, LayerSpec norm) {
        List<ModelSpec.Stack> stacks = new ArrayList<>(spec.stacks());
        stacks.set(stacks.size() - 1, new ModelSpec.Stack(stack().name(), stack().hidden(), embedding, layers, norm));
        return of(stacks);
    }

    private Architecture of(List<ModelSpec.Stack> stacks) {
        return new Architecture(new ModelSpec(spec.vocabulary(), spec.context(), stacks, spec.heads()));
    }

    /**
     * Checks the architecture with the layers that {@link java.util.ServiceLoader} finds.
     *
     * @return the architecture as a value
     * @throws InvalidArchitecture with every fault by its place, when something doesn't fit
     */
    public ModelSpec build() {
        return build(LayerProviders.found());
    }

    /**
     * Checks the architecture.
     *
     * @param providers the kinds of layers there are
     * @return the architecture as a value
     * @throws InvalidArchitecture with every fault by its place, when something doesn't fit
     */
    public ModelSpec build(LayerProviders providers) {
        return Blueprint.of(unchecked(), providers).spec();
    }

    /** {@return the architecture as a value, not checked: whoever loads it makes a {@link Blueprint}, which does} */
    public ModelSpec unchecked() {
        return of(spec.stacks().stream().map(Architecture::normalised).toList()).spec;
    }

    private static ModelSpec.Stack normalised(ModelSpec.Stack stack) {
        List<LayerSpec> layers = stack.layers().stream()
                .map(layer -> layer instanceof Block block ? block.normalised(stack.norm()) : layer)
                .toList();
        return new ModelSpec.Stack(stack.name(), stack.hidden(), stack.embedding(), layers, stack.norm());
    }
}
