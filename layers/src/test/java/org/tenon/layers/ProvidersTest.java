package org.tenon.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.gated;
import static org.tenon.layers.Layers.geGlu;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.InvalidConfig;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.op.Activation;
import org.tenon.layers.attention.CrossAttention;
import org.tenon.layers.attention.CrossAttentionProvider;
import org.tenon.layers.attention.SelfAttentionProvider;
import org.tenon.layers.block.BlockProvider;
import org.tenon.layers.block.Branch;
import org.tenon.layers.experts.ExpertsProvider;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.feedforward.DenseProvider;
import org.tenon.layers.feedforward.FeedForwardProvider;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.norm.LayerNormProvider;
import org.tenon.layers.norm.NoNorm;
import org.tenon.layers.norm.NoNormProvider;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.norm.RmsNormProvider;
import org.tenon.layers.position.DynamicScaling;
import org.tenon.layers.position.LinearScaling;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.position.Rope;
import org.tenon.layers.statespace.Mamba.SelectionNorm;
import org.tenon.layers.statespace.Mamba2Provider;
import org.tenon.layers.statespace.MambaProvider;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.EmbeddingProvider;
import org.tenon.layers.token.Head;
import org.tenon.layers.token.HeadProvider;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHeadProvider;
import org.tenon.layers.token.PositionedEmbedding;
import org.tenon.layers.token.PositionedEmbeddingProvider;

class ProvidersTest {
    private static final String SERVICES = "META-INF/services/" + LayerProvider.class.getName();

    private static final List<LayerProvider<?>> PROVIDERS = List.of(
            new SelfAttentionProvider(),
            new CrossAttentionProvider(),
            new BlockProvider(),
            new ExpertsProvider(),
            new FeedForwardProvider(),
            new DenseProvider(),
            new RmsNormProvider(),
            new LayerNormProvider(),
            new MambaProvider(),
            new Mamba2Provider(),
            new NoNormProvider(),
            new PositionedEmbeddingProvider(),
            new EmbeddingProvider(),
            new HeadProvider(),
            new OutputHeadProvider());

    /** A codec of the providers on hand, as assembly has one. */
    private static final class Codec implements SpecCodec {
        private final Map<String, LayerProvider<LayerSpec>> byName = new HashMap<>();
        private final Map<Class<?>, LayerProvider<LayerSpec>> byClass = new HashMap<>();

        @SuppressWarnings("unchecked")
        Codec() {
            for (LayerProvider<?> provider : PROVIDERS) {
                byName.put(provider.type().name(), (LayerProvider<LayerSpec>) provider);
                byClass.put(provider.type().type(), (LayerProvider<LayerSpec>) provider);
            }
        }

        @Override
        public Config write(LayerSpec spec) {
            var type = byClass.get(spec.getClass()).type();
            return Config.object()
                    .with("type", type.name())
                    .with("body", type.write().apply(spec, this));
        }

        @Override
        public LayerSpec read(Config tree) {
            return byName.get(tree.text("type")).type().read().apply(tree.child("body"), this);
        }
    }

    private final Codec codec = new Codec();

    static Stream<LayerSpec> specs() {
        return Stream.of(
                CrossAttention.of("encoder", 4),
                CrossAttention.of("encoder", 4).headDim(12).bias(true).scale(1),
                attention(4).relativeBias(RelativeBias.of(32, 128)),
                attention(4).bothWays().relativeBias(RelativeBias.of(32, 128).taken()),
                Embedding.tiedTo("encoder.embedding.weight"),
                Head.tiedTo("encoder.embedding.weight").multiplier(0.125),
                rmsNorm(1e-5),
                layerNorm(1e-5),
                new LayerNorm(1e-6, false),
                learnedPositions(),
                new PositionedEmbedding(2, Optional.of(layerNorm(1e-12))),
                new NoNorm(),
                Dense.square(),
                Dense.of(7).activation(Activation.TANH).weightFrom("a.weight").biasFrom("a.bias"),
                OutputHead.ofRows(
                        new OutputHead.Part("dense", Dense.of(3)), new OutputHead.Part("norm", rmsNorm(1e-5))),
                OutputHead.ofFirstRow(new OutputHead.Part("dense", Dense.square())),
                block(attention(8).bothWays(), mlp(64, Activation.GELU)).postNorm(layerNorm(1e-12)),
                new Embedding(),
                new Embedding(8.5),
                new RmsNorm(1e-6, true),
                Head.tied(),
                Head.untied().softCap(30),
                Head.untied(),
                attention(8),
                attention(8).kvHeads(4).bothWays(),
                attention(8)
                        .kvHeads(2)
                        .headDim(10)
                        .bias()
                        .headNorm(1e-6)
                        .window(4096)
                        .scale(0.25)
                        .rope(Rope.of(500_000).fraction(0.5).interleaved(true).scaling(new LinearScaling(2))),
                attention(8).softCap(50),
                attention(8).biases(true, false).rope(Rope.of(1e4).scaling(new DynamicScaling(2, 32))),
                mamba(16),
                mamba(8).channels(96).rank(5).taps(3).biases(true, false).norm(new SelectionNorm(1e-6, false)),
                mamba2(128),
                mamba2(16)
                        .headDim(16)
                        .heads(6)
                        .groups(3)
                        .taps(5)
                        .biases(true, false)
                        .epsilon(1e-6)
                        .steps(0.1, 0.5),
                swiGlu(64),
                geGlu(64).bias(true),
                gated(64, Activation.GELU_TANH),
                mlp(64, Activation.RELU),
                mlp(64, Activation.RELU_SQUARED).bias(true),
                experts(8, swiGlu(64)),
                experts(64, geGlu(24)).topK(6).renormalised(false),
                block(attention(8), swiGlu(64)).normalised(rmsNorm(1e-5)),
                block(
                        Branch.of("first", attention(8)).before(rmsNorm(1e-5)).after(rmsNorm(1e-6)),
                        Branch.of("second", mlp(64, Activation.SILU)).multiplier(0.22)));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aSpecSurvivesThePlainTree(LayerSpec spec) {
        assertEquals(spec, codec.read(codec.write(spec)));
    }

    @Test
    void anExpertThatIsNoFeedForwardLayerIsRefused() {
        Config tree = codec.write(experts(8, swiGlu(64)));
        Config wrong = tree.with("body", tree.child("body").with("expert", codec.write(rmsNorm(1e-5))));
        TenonException refused = assertThrows(TenonException.class, () -> codec.read(wrong));
        assertTrue(refused.getMessage().contains("a feed-forward layer"), refused::getMessage);
    }

    @Test
    void everyKindHasASpecInThisTest() {
        Set<Class<?>> kinds = new HashSet<>(codec.byClass.keySet());
        specs().forEach(spec -> kinds.remove(spec.getClass()));
        assertEquals(Set.of(), kinds);
    }

    @Test
    void theModuleAndTheServicesFileNameTheSameProviders() throws Exception {
        Set<String> file;
        try (InputStream in = Layers.class.getClassLoader().getResourceAsStream(SERVICES)) {
            file = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
        }
        ModuleDescriptor module;
        Path classes = Path.of(
                Layers.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            module = ModuleDescriptor.read(in);
        }
        Set<String> provided = module.provides().stream()
                .filter(provides -> provides.service().equals(LayerProvider.class.getName()))
                .flatMap(provides -> provides.providers().stream())
                .collect(Collectors.toSet());
        assertEquals(provided, file);
        assertEquals(
                provided,
                PROVIDERS.stream()
                        .map(provider -> provider.getClass().getName())
                        .collect(Collectors.toSet()));
    }

    @Test
    void anUnknownActivationIsRefusedByName() {
        Config tree = Config.of("config.json", Map.of("width", 8, "activation", "selu", "gated", true));
        InvalidConfig refused = assertThrows(
                InvalidConfig.class,
                () -> codec.byName.get("tenon/feed-forward").type().read().apply(tree, codec));
        assertTrue(
                refused.getMessage().contains("config.json: activation must be one of [gelu, "), refused.getMessage());
    }

    @Test
    void anActivationOfAPluginsOwnCantBeSaved() {
        LayerSpec spec = mlp(8, new Activation("sine", Math::sin, (ops, x) -> x));
        TenonException refused = assertThrows(TenonException.class, () -> codec.write(spec));
        assertTrue(refused.getMessage().contains("sine"), refused.getMessage());
    }

    @Test
    void anUnknownScalingIsRefusedByName() {
        Config tree = Config.of(
                "config.json", Map.of("heads", 8, "rope", Map.of("theta", 1e4, "scaling", Map.of("type", "su"))));
        InvalidConfig refused = assertThrows(
                InvalidConfig.class,
                () -> codec.byName.get("tenon/self-attention").type().read().apply(tree, codec));
        assertTrue(refused.getMessage().contains("rope.scaling.type must be default, linear"), refused.getMessage());
    }

    @Test
    void aModelsNormGoesWhereABranchHasNone() {
        var bare = Branch.of("first", attention(8));
        var sandwiched = Branch.of("second", swiGlu(8)).after(rmsNorm(1e-6));
        assertEquals(
                List.of(bare.before(rmsNorm(1e-5)), sandwiched),
                block(bare, sandwiched).normalised(rmsNorm(1e-5)).branches());
    }
}
