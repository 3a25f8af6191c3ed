package org.tenon.models.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Numerics;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.KeyGroup;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerMemory.Reach;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.layer.Signal;
import org.tenon.api.layer.SpecType;
import org.tenon.api.model.CacheBytes;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;

class BlueprintTest {
    /** A layer that reads and writes what it is told to. */
    private record Talker(List<String> reads, List<String> writes) implements LayerSpec {}

    private record TalkerProvider(String name) implements LayerProvider<Talker> {
        @Override
        public SpecType<Talker> type() {
            return new SpecType<>(
                    name,
                    Talker.class,
                    (spec, parts) -> Config.object(),
                    (tree, parts) -> new Talker(List.of(), List.of()));
        }

        @Override
        public Declaration declare(Talker spec, Dims dims) {
            Declaration declaration = new Declaration().parameter("weight", Shape.of(3), Initialiser.constant(0));
            spec.reads().forEach(signal -> declaration.reads(new Signal(signal)));
            spec.writes().forEach(signal -> declaration.writes(new Signal(signal)));
            return declaration;
        }

        @Override
        public Layer build(Talker spec, LayerContext context) {
            return (x, step) -> x;
        }
    }

    private static Talker talker(List<String> reads, List<String> writes) {
        return new Talker(reads, writes);
    }

    private static LayerProviders providers() {
        @SuppressWarnings("rawtypes")
        Stream<LayerProvider> found =
                ServiceLoader.load(LayerProvider.class).stream().map(ServiceLoader.Provider::get);
        return LayerProviders.of(Stream.concat(found, Stream.of(new TalkerProvider("test/talker")))
                .<LayerProvider<?>>map(provider -> provider)
                .toList());
    }

    private static ModelSpec model(Head head, LayerSpec... layers) {
        ModelSpec.Stack stack = new ModelSpec.Stack("decoder", 64, new Embedding(), List.of(layers), rmsNorm(1e-5));
        return new ModelSpec(100, 1024, List.of(stack), Map.of(ModelSpec.HEAD, head));
    }

    private static LayerSpec layer() {
        return block(attention(4).kvHeads(2), swiGlu(96)).normalised(rmsNorm(1e-5));
    }

    private static List<String> faults(ModelSpec spec) {
        return assertThrows(InvalidArchitecture.class, () -> Blueprint.of(spec, providers())).faults().stream()
                .map(InvalidArchitecture.Fault::toString)
                .toList();
    }

    @Test
    void parametersAreNamedByPathInTheOrderOfTheModel() {
        Blueprint blueprint = Blueprint.of(model(Head.untied(), layer()), providers());
        assertEquals(
                List.of(
                        "embedding.weight",
                        "layers.0.mixerNorm.weight",
                        "layers.0.mixer.qkv.q.weight",
                        "layers.0.mixer.qkv.k.weight",
                        "layers.0.mixer.qkv.v.weight",
                        "layers.0.mixer.out.weight",
                        "layers.0.channelsNorm.weight",
                        "layers.0.channels.gateUp.gate.weight",
                        "layers.0.channels.gateUp.up.weight",
                        "layers.0.channels.down.weight",
                        "norm.weight",
                        "head.weight"),
                List.copyOf(blueprint.parameters().keySet()));
    }

    @Test
    void aTiedHeadHasNoParameterOfItsOwn() {
        Blueprint blueprint = Blueprint.of(model(Head.tied(), layer()), providers());
        assertEquals(Map.of("head.weight", "embedding.weight"), blueprint.shared());
        assertTrue(!blueprint.parameters().containsKey("head.weight"));
    }

    @Test
    void ofExpertsThoseAreCountedThatARowGoesTo() {
        LayerSpec mixture =
                block(attention(4).kvHeads(2), experts(8, swiGlu(96))).normalised(rmsNorm(1e-5));
        Blueprint blueprint = Blueprint.of(model(Head.tied(), mixture), LayerProviders.found());
        long always = 64 * 64 + 2 * 32 * 64 + 64 * 64 + 8 * 64 + 100 * 64; // q, k and v, out, router, head
        long expert = 3 * 96 * 64;
        assertEquals(2 * (always + 2 * expert), blueprint.flopsPerToken(0));
        assertEquals((double) (always + 2 * expert), blueprint.elementsRead(1), 1e-6);
        assertEquals(always + (8 - 8 * 0.75 * 0.75) * expert, blueprint.elementsRead(2), 1e-6);
        assertEquals((double) (always + 8 * expert), blueprint.elementsRead(1000), 1);
    }

    @Test
    void sizesAndCostsAreThoseOfThePaper() {
        Blueprint blueprint = Blueprint.of(model(Head.tied(), layer(), layer()), providers());
        long matrices = 64 * 64 + 2 * 32 * 64 + 64 * 64 + 3 * 96 * 64; // of a layer: q, k and v, out, feed-forward
        assertEquals(100 * 64 + 2 * (matrices + 2 * 64) + 64, blueprint.parameterCount());
        assertEquals(
                2 * 2 * 2 * 16 * 4, blueprint.keyBytesPerToken(Numerics.F32)); // layers, k and v, heads, columns, bytes
        assertEquals(2 * 2 * 2 * 16 * 2, blueprint.keyBytesPerToken(Numerics.of(DType.BF16)));
        long products = 2 * (2 * matrices + 100 * 64);
        assertEquals(products, blueprint.flopsPerToken(0));
        assertEquals(
                products + 2 * 4 * 64 * 50,
                blueprint.flopsPerToken(50)); // layers, 2 for q k^T and 2 for p v, columns, keys
    }

    @Test
    void aHybridHasAFixedCostForEachSequenceAndOneForEachToken() {
        LayerSpec recurrent = block(mamba(16), swiGlu(96));
        Blueprint blueprint = Blueprint.of(model(Head.tied(), recurrent, layer(), recurrent), providers());
        long states = 2 * (3 * 128 + 16 * 128) * 4; // layers, the convolution's rows and the scan's, channels, bytes
        assertEquals(new CacheBytes(states, 2 * 2 * 16 * 4), blueprint.cacheBytes(Numerics.F32));
        assertEquals(List.of(new KeyGroup(Axis.TOKENS, Reach.ALL)), blueprint.keyGroups());
        long scan = 2 * (2 * 4 * 128 + 6 * 16 * 128); // layers, a tap's product and sum, the scan's six
        assertEquals(scan + 4 * 64, blueprint.flopsPerToken(1) - blueprint.flopsPerToken(0));
        assertEquals(4 * 64, blueprint.flopsPerToken(2) - blueprint.flopsPerToken(1));
        Blueprint alone = Blueprint.of(model(Head.tied(), recurrent), providers());
        assertEquals(new CacheBytes(states / 2, 0), alone.cacheBytes(Numerics.F32));
        assertEquals(List.of(), alone.keyGroups());
    }

    @Test
    void cachesOfEqualReachShareAGroup() {
        LayerSpec windowed = block(attention(4).window(16), swiGlu(96));
        Blueprint blueprint = Blueprint.of(model(Head.tied(), layer(), windowed, layer(), windowed), providers());
        assertEquals(
                List.of(new KeyGroup(Axis.TOKENS, Reach.ALL), new KeyGroup(Axis.TOKENS, new Reach(16))),
                blueprint.keyGroups());
        assertEquals(
                Set.of("layers.0.mixer.keys", "layers.1.mixer.keys", "layers.2.mixer.keys", "layers.3.mixer.keys"),
                blueprint.sites().keySet());
        long perKey = 4 * 64; // of a layer
        assertEquals(perKey * (2 * 500 + 2 * 16), blueprint.flopsPerToken(500) - blueprint.flopsPerToken(0));
    }

    @Test
    void onlyEncodersComputeWholeSequencesAndTheyKeepNothing() {
        LayerSpec bothWays = block(attention(4).bothWays(), swiGlu(96)).normalised(rmsNorm(1e-5));
        assertEquals(
                List.of("layers[0].mixer: needs all rows of a sequence in one step, and only an encoder computes so"),
                faults(model(Head.tied(), bothWays)));
        ModelSpec causal = model(Head.tied(), layer());
        assertEquals(
                List.of(
                        "layers[0].mixer.keys: is kept from step to step, and an encoder computes whole sequences at once; give its attention bothWays()"),
                faults(new ModelSpec(100, 1024, causal.stacks(), Map.of())));
        ModelSpec encoder =
                new ModelSpec(100, 1024, model(Head.tied(), bothWays).stacks(), Map.of("masked", Head.tied()));
        Blueprint blueprint = Blueprint.of(encoder, providers());
        assertEquals(ModelSpec.Kind.ENCODER, encoder.kind());
        assertEquals(Map.of(), blueprint.sites());
        assertEquals(4 * 64 * 50, blueprint.flopsPerToken(50) - blueprint.flopsPerToken(0));
    }

    @Test
    void everyFaultIsToldByItsPlace() {
        ModelSpec.Stack stack = new ModelSpec.Stack(
                "decoder",
                64,
                new Embedding(),
                List.of(
                        layer(),
                        block(attention(4).kvHeads(3).window(0), swiGlu(0)).normalised(rmsNorm(2)),
                        talker(List.of("tune"), List.of())),
                rmsNorm(1e-5));
        ModelSpec spec =
                new ModelSpec(0, 1 << 30, List.of(stack), Map.of(ModelSpec.HEAD, new Head(Optional.of("a.b"))));
        assertEquals(
                List.of(
                        "vocabulary: 0 is not between 1 and 16777216",
                        "layers[1].mixerNorm.epsilon: 2.0 is not in [0, 1)",
                        "layers[1].mixer.kvHeads: 3 does not divide heads 4",
                        "layers[1].mixer.window: 0 is less than 1",
                        "layers[1].channelsNorm.epsilon: 2.0 is not in [0, 1)",
                        "layers[1].channels.width: 0 is not between 1 and 16777216",
                        "layers[2]: reads the signal tune, which no layer before it writes",
                        "head.weight: is taken from a.b, which no layer declares"),
                faults(spec));
    }

    @Test
    void theMessageListsTheFirstFaultsAndCountsTheRest() {
        LayerSpec[] layers = Stream.generate(() -> attention(5)).limit(30).toArray(LayerSpec[]::new);
        InvalidArchitecture invalid =
                assertThrows(InvalidArchitecture.class, () -> Blueprint.of(model(Head.tied(), layers), providers()));
        assertEquals(30, invalid.faults().size());
        List<String> lines = invalid.getMessage().lines().toList();
        assertEquals("the architecture has 30 faults:", lines.getFirst());
        assertEquals("  layers[0].heads: 5 does not divide hidden 64; give a headDim", lines.get(1));
        assertEquals("  and 10 more", lines.getLast());
    }

    @Test
    void aSignalMustBeWrittenBeforeItIsRead() {
        Talker writer = talker(List.of(), List.of("tune"));
        Talker reader = talker(List.of("tune"), List.of());
        Blueprint.of(model(Head.tied(), writer, reader, reader), providers());
        assertEquals(
                List.of("layers[0]: reads the signal tune, which no layer before it writes"),
                faults(model(Head.tied(), reader, writer)));
    }

    @Test
    void aLayerOfNoKindThatIsThereIsAFault() {
        LayerSpec stranger = new LayerSpec() {};
        assertTrue(faults(model(Head.tied(), stranger)).getFirst().startsWith("layers[0]: no provider for "));
    }

    @Test
    void aModelWithoutLayersIsAFault() {
        assertEquals(List.of("layers: 0 is not between 1 and 10000"), faults(model(Head.tied())));
        assertEquals(List.of("stacks: a model has at least one"), faults(new ModelSpec(10, 10, List.of(), Map.of())));
    }

    @Test
    void stacksOfAModelAreNamedApart() {
        LayerSpec bothWays = block(attention(4).bothWays(), swiGlu(96)).normalised(rmsNorm(1e-5));
        ModelSpec.Stack encoder = new ModelSpec.Stack("encoder", 64, new Embedding(), List.of(bothWays), rmsNorm(1e-5));
        ModelSpec.Stack decoder = new ModelSpec.Stack("decoder", 64, new Embedding(), List.of(layer()), rmsNorm(1e-5));
        ModelSpec spec = new ModelSpec(100, 64, List.of(encoder, decoder), Map.of("head", Head.untied()));
        Blueprint blueprint = Blueprint.of(spec, providers());
        assertEquals(ModelSpec.Kind.SEQ2SEQ, spec.kind());
        assertTrue(blueprint.parameters().containsKey("encoder.layers.0.mixer.out.weight"));
        assertEquals(
                List.of(new Axis("encoder"), Axis.TOKENS),
                blueprint.stacks().stream().map(Blueprint.Stack::axis).toList());
        assertEquals(
                List.of("stacks: two are called decoder", "decoder.embedding.weight: is declared twice"),
                faults(new ModelSpec(100, 64, List.of(decoder, decoder), Map.of()))
                        .subList(0, 2));
    }

    @Test
    void aStackBeforeTheLastKeepsNothing() {
        ModelSpec.Stack encoder = new ModelSpec.Stack("encoder", 64, new Embedding(), List.of(layer()), rmsNorm(1e-5));
        ModelSpec.Stack decoder = new ModelSpec.Stack("decoder", 64, new Embedding(), List.of(layer()), rmsNorm(1e-5));
        assertEquals(
                List.of(
                        "encoder.layers[0].mixer.keys: is kept from step to step, and an encoder computes whole sequences at once; give its attention bothWays()"),
                faults(new ModelSpec(100, 64, List.of(encoder, decoder), Map.of())));
        assertEquals(
                "stacks: a model has at most two, an encoder and a decoder, but this has 3",
                faults(new ModelSpec(100, 64, List.of(encoder, decoder, decoder), Map.of()))
                        .getFirst());
    }

    @Test
    void aSignalStaysInItsStackSaveTheStacksOutput() {
        ModelSpec.Stack encoder =
                stack("encoder", talker(List.of(), List.of("tune")), talker(List.of("tune"), List.of()));
        Blueprint.of(
                twoStacks(encoder, stack("decoder", talker(List.of("tenon/output/encoder"), List.of()))), providers());
        assertEquals(
                List.of("decoder.layers[0]: reads the signal tune, which no layer before it writes"),
                faults(twoStacks(encoder, stack("decoder", talker(List.of("tune"), List.of())))));
    }

    private static ModelSpec.Stack stack(String name, LayerSpec... layers) {
        return new ModelSpec.Stack(name, 64, new Embedding(), List.of(layers), rmsNorm(1e-5));
    }

    private static ModelSpec twoStacks(ModelSpec.Stack... stacks) {
        return new ModelSpec(100, 64, List.of(stacks), Map.of(ModelSpec.HEAD, Head.untied()));
    }

    @Test
    void twoProvidersOfOneKindAreAnError() {
        List<LayerProvider<?>> twice = List.of(new TalkerProvider("a"), new TalkerProvider("b"));
        TenonException refused = assertThrows(TenonException.class, () -> LayerProviders.of(twice));
        assertTrue(refused.getMessage().contains("is provided twice, by "), refused.getMessage());
        List<LayerProvider<?>> same = List.of(new TalkerProvider("a"), new TalkerProvider("a"));
        assertTrue(assertThrows(TenonException.class, () -> LayerProviders.of(same))
                .getMessage()
                .startsWith("the kind of layer a is provided twice"));
    }

    @Test
    void aNodeKnowsEverythingThatItsLayerIsMadeFrom() {
        Blueprint blueprint = Blueprint.of(model(Head.tied(), layer()), providers());
        LayerNode<?> block = blueprint.stacks().getFirst().layers().getFirst();
        assertEquals("layers.0", block.path());
        assertEquals(
                List.of("mixerNorm", "mixer", "channelsNorm", "channels"),
                List.copyOf(block.children().keySet()));
        assertEquals(
                new Dims(64, 100, 1024, Axis.TOKENS),
                block.children().get("mixer").dims());
        assertEquals(
                List.of(
                        "embedding",
                        "layers.0",
                        "layers.0.mixerNorm",
                        "layers.0.mixer",
                        "layers.0.channelsNorm",
                        "layers.0.channels",
                        "norm",
                        "head"),
                blueprint.nodes().map(LayerNode::path).toList());
    }
}
