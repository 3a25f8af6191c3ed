package org.tenon.models.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * <p>Immutable and thread-safe: each method gives a changed copy.
 */
public final class Architecture {
    /** The stack's name; paths don't show the name of an only stack. */
    private static final String DECODER = "decoder";

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
        ModelSpec.Stack stack = new ModelSpec.Stack(DECODER, hidden, new Embedding(), List.of(), new RmsNorm(1e-6));
        return new Architecture(
                new ModelSpec(vocabulary, DEFAULT_CONTEXT, List.of(stack), Map.of(ModelSpec.HEAD, Head.untied())));
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
        return with(new ModelSpec.Stack(DECODER, stack().hidden(), embedding, stack().layers(), stack().norm()));
    }

    /**
     * Sets the norm after the last layer, and before every branch of a block that has no norm of its own.
     *
     * @param norm the norm
     * @return the changed architecture
     */
    public Architecture norm(LayerSpec norm) {
        return with(new ModelSpec.Stack(DECODER, stack().hidden(), stack().embedding(), stack().layers(), norm));
    }

    /**
     * Adds layers after those that are there.
     *
     * @param count how many
     * @param layer gives each by its number in the model
     * @return the changed architecture
     * @throws InvalidArchitecture when the count is below 1, or more than a model may have
     */
    public Architecture layers(int count, IntFunction<? extends LayerSpec> layer) {
        List<LayerSpec> layers = new ArrayList<>(stack().layers());
        if (count < 1 || count > Blueprint.MOST_LAYERS - layers.size()) {
            throw new InvalidArchitecture(List.of(new InvalidArchitecture.Fault(
                    "layers",
                    count + " more than " + layers.size() + " are not between 1 and " + Blueprint.MOST_LAYERS)));
        }
        for (int i = 0; i < count; i++) {
            layers.add(layer.apply(layers.size()));
        }
        return with(new ModelSpec.Stack(DECODER, stack().hidden(), stack().embedding(), layers, stack().norm()));
    }

    /** {@return this architecture with a head that shares the embedding's matrix} */
    public Architecture tiedHead() {
        return head(Head.tied());
    }

    /**
     * Sets the head that gives the logits.
     *
     * @param head the head
     * @return the changed architecture
     */
    public Architecture head(LayerSpec head) {
        return new Architecture(
                new ModelSpec(spec.vocabulary(), spec.context(), spec.stacks(), Map.of(ModelSpec.HEAD, head)));
    }

    private ModelSpec.Stack stack() {
        return spec.stacks().getFirst();
    }

    private Architecture with(ModelSpec.Stack stack) {
        return new Architecture(new ModelSpec(spec.vocabulary(), spec.context(), List.of(stack), spec.heads()));
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
        List<LayerSpec> layers = stack().layers().stream()
                .map(layer -> layer instanceof Block block ? block.normalised(stack().norm()) : layer)
                .toList();
        return with(new ModelSpec.Stack(DECODER, stack().hidden(), stack().embedding(), layers, stack().norm())).spec;
    }
}
