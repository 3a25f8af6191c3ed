package org.tenon.samples.applications;

import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.crossAttention;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.gated;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.noNorm;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import org.tenon.api.model.ModelSpec;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.CrossAttention;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.position.Rope;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHead.Part;
import org.tenon.models.architecture.Architecture;

/** Architectures by hand: five that are published, in small, and one that isn't. */
public final class HandMade {
    private HandMade() {}

    /**
     * Llama (Touvron et al. 2023; Dubey et al. 2024).
     *
     * @param vocabulary how many ids there are
     * @return its spec
     */
    public static ModelSpec llama(int vocabulary) {
        return Architecture.decoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(6, i -> block(attention(6).kvHeads(2).rope(500_000), swiGlu(256)))
                .tiedHead()
                .build();
    }

    /**
     * Mixtral (Jiang et al. 2024): each token goes to two of eight feed-forwards.
     *
     * @param vocabulary how many ids there are
     * @return its spec
     */
    public static ModelSpec mixtral(int vocabulary) {
        return Architecture.decoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(
                        6,
                        i -> block(
                                attention(6).kvHeads(2).rope(1_000_000),
                                experts(8, swiGlu(96)).topK(2)))
                .build();
    }

    /**
     * A Mamba hybrid, as Bamba is: Mamba-2 (Dao and Gu 2024), and attention in one layer of six, of whose heads a half turns.
     *
     * @param vocabulary how many ids there are
     * @return its spec
     */
    public static ModelSpec hybrid(int vocabulary) {
        return Architecture.decoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(
                        6,
                        i -> block(
                                i == 3
                                        ? attention(6)
                                                .kvHeads(2)
                                                .rope(Rope.of(10_000).fraction(0.5))
                                        : mamba2(16).headDim(32),
                                swiGlu(256)))
                .tiedHead()
                .build();
    }

    /**
     * T5 v1.1 (Raffel et al. 2020): an encoder that sees both ways, and a decoder that looks at what the encoder gives. The first layer of
     * each learns biases by distance, the others take them from it.
     *
     * @param vocabulary how many ids there are
     * @return its spec
     */
    public static ModelSpec t5(int vocabulary) {
        SelfAttention attention = attention(4).headDim(24).scale(1);
        CrossAttention cross = crossAttention("encoder", 4).headDim(24).scale(1);
        RelativeBias distances = RelativeBias.of(32, 128);
        FeedForward feedForward = gated(192, Activation.GELU_TANH);
        return Architecture.encoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-6))
                .layers(3, i -> block(attention.bothWays().relativeBias(distances.inLayer(i)), feedForward))
                .decoder()
                .layers(2, i -> block(attention.relativeBias(distances.inLayer(i)), cross, feedForward))
                .build();
    }

    /**
     * BERT (Devlin et al. 2019), without a head but its pooler: an encoder with learned positions and post-norm blocks.
     *
     * @param vocabulary how many ids there are
     * @return its spec
     */
    public static ModelSpec bert(int vocabulary) {
        LayerNorm norm = layerNorm(1e-12);
        FeedForward feedForward = mlp(384, Activation.GELU).bias(true);
        Dense pooler = Dense.square().activation(Activation.TANH);
        return Architecture.encoder(96, vocabulary)
                .context(128)
                .embedding(learnedPositions().types(2).norm(norm))
                .layers(
                        4,
                        i -> block(attention(6).bias().bothWays(), feedForward).postNorm(norm))
                .norm(noNorm())
                .head(ModelSpec.POOLER, OutputHead.ofFirstRow(new Part("dense", pooler)))
                .build();
    }

    /**
     * What nobody has published: one attention layer in six, Mamba-2 elsewhere, experts in every other layer.
     *
     * @param vocabulary how many ids there are
     * @return its spec, or an exception with every fault
     */
    public static ModelSpec nobodys(int vocabulary) {
        return Architecture.decoder(96, vocabulary)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(
                        12,
                        i -> block(
                                i % 6 == 5
                                        ? attention(6).kvHeads(2).rope(500_000)
                                        : mamba2(16).headDim(32),
                                i % 2 == 1 ? experts(8, swiGlu(96)).topK(2) : swiGlu(256)))
                .tiedHead()
                .build();
    }
}
