import org.jspecify.annotations.NullMarked;
import org.tenon.api.layer.LayerProvider;
import org.tenon.layers.attention.CrossAttentionProvider;
import org.tenon.layers.attention.SelfAttentionProvider;
import org.tenon.layers.block.BlockProvider;
import org.tenon.layers.experts.ExpertsProvider;
import org.tenon.layers.feedforward.DenseProvider;
import org.tenon.layers.feedforward.FeedForwardProvider;
import org.tenon.layers.norm.LayerNormProvider;
import org.tenon.layers.norm.NoNormProvider;
import org.tenon.layers.norm.RmsNormProvider;
import org.tenon.layers.statespace.Mamba2Provider;
import org.tenon.layers.statespace.MambaProvider;
import org.tenon.layers.token.EmbeddingProvider;
import org.tenon.layers.token.HeadProvider;
import org.tenon.layers.token.OutputHeadProvider;
import org.tenon.layers.token.PositionedEmbeddingProvider;

/** The layers of Tenon: norms, positions, attentions, state spaces, feed-forwards and caches. */
@NullMarked
module org.tenon.layers {
    requires transitive org.tenon.api;

    exports org.tenon.layers;
    exports org.tenon.layers.attention;
    exports org.tenon.layers.block;
    exports org.tenon.layers.experts;
    exports org.tenon.layers.feedforward;
    exports org.tenon.layers.norm;
    exports org.tenon.layers.position;
    exports org.tenon.layers.statespace;
    exports org.tenon.layers.token;

    provides LayerProvider with
            SelfAttentionProvider,
            MambaProvider,
            Mamba2Provider,
            CrossAttentionProvider,
            BlockProvider,
            ExpertsProvider,
            FeedForwardProvider,
            DenseProvider,
            RmsNormProvider,
            LayerNormProvider,
            NoNormProvider,
            EmbeddingProvider,
            PositionedEmbeddingProvider,
            HeadProvider,
            OutputHeadProvider;
}
