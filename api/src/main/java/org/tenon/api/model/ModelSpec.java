package org.tenon.api.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.layer.LayerSpec;

/**
 * An architecture as a value: a tree of records that can be printed, compared, saved and loaded.
 *
 * <p>Parameters are named by path. In a model of one stack: {@code embedding.weight}, {@code layers.3.mixer.qkv.q.weight},
 * {@code norm.weight}, {@code head.weight}; with several, a stack's name comes first.
 *
 * @param vocabulary how many ids there are
 * @param context the longest sequence that the model is made for
 * @param stacks the stacks of layers; one for a causal model or an encoder, two for an encoder with a decoder
 * @param heads what turns a stack's rows into outputs, by name; {@link #HEAD} for the logits of a language model
 */
public record ModelSpec(int vocabulary, int context, List<Stack> stacks, Map<String, LayerSpec> heads) {
    /** The name of a language model's head. */
    public static final String HEAD = "head";

    /** The name of an encoder's head that makes one vector of a sequence. */
    public static final String POOLER = "pooler";

    /** The name of an encoder's head that gives the logits of the id that belongs in each place: of a masked language model. */
    public static final String MASKED = "masked";

    /** The name of an encoder's head that gives the logits of the classes that a sequence can be of. */
    public static final String CLASSES = "classes";

    /** What a model does, and how it is opened. */
    public enum Kind {
        /** Goes on from a sequence: one stack, and a {@link #HEAD}. */
        CAUSAL("a causal model", "causal"),

        /** Says something of whole sequences: one stack without a {@link #HEAD}. */
        ENCODER("an encoder", "encoder"),

        /** Makes a sequence of a sequence: an encoder's stack, then a decoder's. */
        SEQ2SEQ("an encoder with a decoder", "seq2seq");

        private final String text;
        private final String method;

        Kind(String text, String method) {
            this.text = text;
            this.method = method;
        }

        /** {@return how it is opened: the name of Tenon's method} */
        public String method() {
            return method;
        }

        /** What it is, in words. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Copies the collections.
     *
     * @param vocabulary how many ids there are
     * @param context the longest sequence
     * @param stacks the stacks of layers
     * @param heads what turns rows into outputs
     */
    public ModelSpec {
        stacks = List.copyOf(stacks);
        heads = Collections.unmodifiableMap(new LinkedHashMap<>(heads));
    }

    /**
     * Layers one after another.
     *
     * @param name the stack's name
     * @param hidden the width of its rows
     * @param embedding turns ids into rows
     * @param layers the layers
     * @param norm the norm after the last layer
     */
    public record Stack(String name, int hidden, LayerSpec embedding, List<LayerSpec> layers, LayerSpec norm) {
        /**
         * Copies the list.
         *
         * @param name the stack's name
         * @param hidden the width of its rows
         * @param embedding turns ids into rows
         * @param layers the layers
         * @param norm the norm after the last layer
         */
        public Stack {
            layers = List.copyOf(layers);
        }
    }

    /** {@return what the model does, by its stacks and heads} */
    public Kind kind() {
        if (stacks.size() > 1) {
            return Kind.SEQ2SEQ;
        }
        return heads.containsKey(HEAD) ? Kind.CAUSAL : Kind.ENCODER;
    }

    /**
     * What comes before the paths of a stack's parameters.
     *
     * @param stack the stack
     * @return nothing for the only stack, else its name and a dot
     */
    public String prefix(Stack stack) {
        return stacks.size() == 1 ? "" : stack.name() + ".";
    }
}
