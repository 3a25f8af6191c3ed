package org.tenon.api.model;

import java.util.List;
import java.util.Set;

/**
 * An encoder, loaded: says something of whole sequences, and keeps nothing of them. All may be called from any thread; sequences of many callers run
 * together in one batch.
 *
 * <pre>{@code
 * try (Tenon tenon = Tenon.open();
 *         EncoderModel model = tenon.encoder(Path.of("bert-base-uncased"))) {
 *     Encoded encoded = model.encode(EncoderInput.ids(101, 7592, 102), ModelSpec.POOLER);
 *     float[] vector = encoded.embedding(Pooling.MEAN.unit());
 * }
 * }</pre>
 *
 * <p>Every method but the plain getters throws {@link Closed} once the model has been closed.
 */
public interface EncoderModel extends Model {
    /** {@return the names of the heads: {@link ModelSpec#POOLER}, {@link ModelSpec#MASKED}, {@link ModelSpec#CLASSES}, or others} */
    default Set<String> heads() {
        return spec().heads().keySet();
    }

    /** {@return what the checkpoint calls the outputs of {@link ModelSpec#CLASSES}, in order; empty where it doesn't say} */
    List<String> labels();

    /**
     * Encodes sequences, and waits for them. How they are put together with those of other callers changes nothing but rounding.
     *
     * @param inputs the sequences
     * @param heads the heads whose outputs are wanted beside the last hidden states
     * @return what came of each, in order
     * @throws InvalidRequest when a sequence is empty, longer than the {@link #context}, holds ids or types that don't exist, or the model has no such
     *     head; nothing has been computed then
     * @throws Overloaded when more sequences would wait than the limits allow
     * @throws Interrupted when the thread is interrupted while it waits
     */
    List<Encoded> encode(List<EncoderInput> inputs, Set<String> heads);

    /**
     * Encodes a sequence, and waits for it.
     *
     * @param input the sequence
     * @param heads the heads whose outputs are wanted beside the last hidden states
     * @return what came of it
     */
    default Encoded encode(EncoderInput input, String... heads) {
        return encode(List.of(input), Set.of(heads)).getFirst();
    }

    /**
     * Embeds sequences, a vector each.
     *
     * @param inputs the sequences
     * @param pooling how a sequence becomes a vector
     * @return {@code [hidden]} for each, in order
     * @throws InvalidRequest as {@link #encode(List, Set)} does, a model without a pooler among the reasons
     */
    default List<float[]> embed(List<EncoderInput> inputs, Pooling pooling) {
        Set<String> heads = pooling.kind() == Pooling.Kind.POOLER ? Set.of(ModelSpec.POOLER) : Set.of();
        return encode(inputs, heads).stream()
                .map(encoded -> encoded.embedding(pooling))
                .toList();
    }

    /**
     * Embeds a text.
     *
     * @param text the text
     * @param pooling how it becomes a vector
     * @return {@code [hidden]}
     */
    default float[] embed(String text, Pooling pooling) {
        return embed(List.of(EncoderInput.text(text)), pooling).getFirst();
    }

    /** Refuses new work, ends what waits with {@link Closed}, waits for the step that is under way, and gives all memory back. */
    @Override
    void close();
}
