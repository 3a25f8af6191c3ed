package org.tenon.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.experts;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mamba;
import static org.tenon.layers.Layers.mamba2;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.Initialiser;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.LayerMemory;
import org.tenon.api.layer.LayerMemory.Reach;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.op.Activation;
import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Shape;
import org.tenon.layers.attention.SelfAttention;
import org.tenon.layers.attention.SelfAttentionProvider;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.BlockProvider;
import org.tenon.layers.block.Branch;
import org.tenon.layers.experts.Experts;
import org.tenon.layers.experts.ExpertsProvider;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.feedforward.DenseProvider;
import org.tenon.layers.feedforward.FeedForward;
import org.tenon.layers.feedforward.FeedForwardProvider;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.norm.LayerNormProvider;
import org.tenon.layers.norm.RmsNorm;
import org.tenon.layers.norm.RmsNormProvider;
import org.tenon.layers.position.DynamicScaling;
import org.tenon.layers.position.Llama3Scaling;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.position.YarnScaling;
import org.tenon.layers.statespace.Mamba;
import org.tenon.layers.statespace.Mamba.SelectionNorm;
import org.tenon.layers.statespace.Mamba2;
import org.tenon.layers.statespace.Mamba2Provider;
import org.tenon.layers.statespace.MambaProvider;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.EmbeddingProvider;
import org.tenon.layers.token.Head;
import org.tenon.layers.token.HeadProvider;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHead.Part;
import org.tenon.layers.token.OutputHeadProvider;
import org.tenon.layers.token.PositionedEmbedding;
import org.tenon.layers.token.PositionedEmbeddingProvider;

class DeclarationsTest {
    private static final Dims DIMS = new Dims(64, 100, 1024, Axis.TOKENS);

    private static Declaration declare(LayerSpec spec) {
        return switch (spec) {
            case SelfAttention attention -> new SelfAttentionProvider().declare(attention, DIMS);
            case FeedForward feedForward -> new FeedForwardProvider().declare(feedForward, DIMS);
            case Experts experts -> new ExpertsProvider().declare(experts, DIMS);
            case RmsNorm norm -> new RmsNormProvider().declare(norm, DIMS);
            case LayerNorm norm -> new LayerNormProvider().declare(norm, DIMS);
            case PositionedEmbedding embedding -> new PositionedEmbeddingProvider().declare(embedding, DIMS);
            case Embedding embedding -> new EmbeddingProvider().declare(embedding, DIMS);
            case Mamba mixer -> new MambaProvider().declare(mixer, DIMS);
            case Mamba2 mixer -> new Mamba2Provider().declare(mixer, DIMS);
            case Dense dense -> new DenseProvider().declare(dense, DIMS);
            case OutputHead head -> new OutputHeadProvider().declare(head, DIMS);
            case Block block -> new BlockProvider().declare(block, DIMS);
            default -> new HeadProvider().declare((Head) spec, DIMS);
        };
    }

    private static Map<String, String> shapes(LayerSpec spec) {
        return declare(spec).parameters().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().shape().toString()));
    }

    @Test
    void attentionDeclaresItsMatricesByHead() {
        assertEquals(
                Map.of(
                        "qkv.q.weight", "[80, 64]",
                        "qkv.k.weight", "[20, 64]",
                        "qkv.v.weight", "[20, 64]",
                        "out.weight", "[64, 80]",
                        "qNorm.weight", "[10]",
                        "kNorm.weight", "[10]"),
                shapes(attention(8).kvHeads(2).headDim(10).headNorm(1e-6)));
    }

    @Test
    void expertsDeclareBundlesOfWhichARowUsesAFew() {
        Experts spec = experts(8, swiGlu(96)).topK(3);
        assertEquals(
                Map.of(
                        "router.weight", "[8, 64]",
                        "experts.gate", "[8, 96, 64]",
                        "experts.up", "[8, 96, 64]",
                        "experts.down", "[8, 64, 96]"),
                shapes(spec));
        assertEquals(
                Map.of("experts.gate", 3, "experts.up", 3, "experts.down", 3),
                declare(spec).bundles());
    }

    @Test
    void attentionDeclaresBiasesWhereItHasThem() {
        assertEquals(
                Map.of(
                        "qkv.q.weight", "[64, 64]",
                        "qkv.q.bias", "[64]",
                        "qkv.k.weight", "[64, 64]",
                        "qkv.k.bias", "[64]",
                        "qkv.v.weight", "[64, 64]",
                        "qkv.v.bias", "[64]",
                        "out.weight", "[64, 64]"),
                shapes(attention(4).biases(true, false)));
    }

    @Test
    void aWindowLimitsTheReachOfTheCacheUnlessItHoldsTheContext() {
        assertEquals(
                new LayerMemory.Keys(4, 16, 16, new Reach(100)),
                declare(attention(4).window(100)).memories().get("keys"));
        assertEquals(
                new LayerMemory.Keys(4, 16, 16, Reach.ALL),
                declare(attention(4).window(1024)).memories().get("keys"));
        assertEquals(
                new LayerMemory.Keys(4, 16, 16, Reach.ALL),
                declare(attention(4)).memories().get("keys"));
    }

    @Test
    void attentionBothWaysKeepsNothingAndNeedsWholeSequences() {
        Declaration declaration = declare(attention(4).bothWays());
        assertEquals(Map.of(), declaration.memories());
        assertTrue(declaration.wholeSequences());
        assertEquals(4 * 64, declaration.operationsPerRow());
        assertEquals(shapes(attention(4)), shapes(attention(4).bothWays()));
    }

    @Test
    void attentionSaysWhereItsPositionsDependOnTheSequencesLength() {
        Rope rope = Rope.of(1e4);
        Rope dynamic = rope.scaling(new DynamicScaling(2, 512));
        Rope longRope =
                rope.scaling(new LongRopeScaling(List.of(1.0, 1.0, 1.0, 1.0), List.of(2.0, 2.0, 2.0, 2.0), 256, 1));
        assertEquals(List.of(512), limits(dynamic));
        assertEquals(List.of(256), limits(longRope));
        assertEquals(List.of(), limits(rope.scaling(new YarnScaling(4, 256))));
    }

    private static List<Integer> limits(Rope rope) {
        return declare(attention(8).rope(rope)).lengthDependences().stream()
                .map(Declaration.LengthDependence::beyond)
                .toList();
    }

    @Test
    void feedForwardsDeclareTheirMatrices() {
        assertEquals(
                Map.of("gateUp.gate.weight", "[96, 64]", "gateUp.up.weight", "[96, 64]", "down.weight", "[64, 96]"),
                shapes(swiGlu(96)));
        assertEquals(
                Map.of("up.weight", "[96, 64]", "up.bias", "[96]", "down.weight", "[64, 96]", "down.bias", "[64]"),
                shapes(mlp(96, Activation.RELU).bias(true)));
    }

    @Test
    void aLayerNormHasABiasWhereItIsSaid() {
        assertEquals(Map.of("weight", "[64]", "bias", "[64]"), shapes(layerNorm(1e-5)));
        assertEquals(Map.of("weight", "[64]"), shapes(new LayerNorm(1e-5, false)));
    }

    @Test
    void learnedPositionsAreAsManyAsTheContextIsLong() {
        assertEquals(Map.of("weight", "[100, 64]", "positions", "[1024, 64]"), shapes(learnedPositions()));
    }

    @Test
    void aMambaIsTwiceAsWideAsTheModelUnlessItSaysOtherwise() {
        assertEquals(
                Map.ofEntries(
                        Map.entry("input.x.weight", "[128, 64]"),
                        Map.entry("input.gate.weight", "[128, 64]"),
                        Map.entry("conv.weight", "[128, 1, 4]"),
                        Map.entry("conv.bias", "[128]"),
                        Map.entry("select.dt.weight", "[4, 128]"),
                        Map.entry("select.b.weight", "[16, 128]"),
                        Map.entry("select.c.weight", "[16, 128]"),
                        Map.entry("step.weight", "[128, 4]"),
                        Map.entry("step.bias", "[128]"),
                        Map.entry("decay", "[128, 16]"),
                        Map.entry("skip", "[128]"),
                        Map.entry("output.weight", "[64, 128]")),
                shapes(mamba(16)));
        Map<String, String> normed =
                shapes(mamba(8).channels(96).rank(5).biases(true, false).norm(new SelectionNorm(1e-6, true)));
        assertEquals("[5]", normed.get("dtNorm.weight"));
        assertEquals("[8]", normed.get("cNorm.weight"));
        assertEquals("[96]", normed.get("input.gate.bias"));
        assertTrue(!normed.containsKey("conv.bias"));
    }

    @Test
    void aMamba2HasHeadsForTwiceTheWidthOfTheModel() {
        assertEquals(
                Map.ofEntries(
                        Map.entry("input.gate.weight", "[128, 64]"),
                        Map.entry("input.conv.weight", "[192, 64]"),
                        Map.entry("input.dt.weight", "[8, 64]"),
                        Map.entry("conv.weight", "[192, 1, 4]"),
                        Map.entry("conv.bias", "[192]"),
                        Map.entry("stepBias", "[8]"),
                        Map.entry("decay", "[8]"),
                        Map.entry("skip", "[8]"),
                        Map.entry("norm.weight", "[128]"),
                        Map.entry("output.weight", "[64, 128]")),
                shapes(mamba2(16).headDim(16).groups(2)));
    }

    @Test
    void statesAreAsLargeAsTheirLayerAndDoNotGrow() {
        assertEquals(
                Map.of(
                        "last", new LayerMemory.State(Shape.of(3, 128)),
                        "state", new LayerMemory.State(Shape.of(16, 128))),
                declare(mamba(16)).memories());
        assertEquals(
                Map.of(
                        "last", new LayerMemory.State(Shape.of(2, 160)),
                        "state", new LayerMemory.State(Shape.of(8, 16, 16))),
                declare(mamba2(16).headDim(16).taps(3)).memories());
    }

    /** The rates of the paper: decays of 1 to the number of states, steps between a thousandth and a tenth. */
    @Test
    void statesBeginAsInThePaper() {
        Initialiser decay = declare(mamba(16)).parameters().get("decay").initialiser();
        Initialiser bias = declare(mamba(16)).parameters().get("step.bias").initialiser();
        double least = Double.MAX_VALUE;
        double most = 0;
        for (int i = 0; i < 1000; i++) {
            assertEquals(Math.log(1 + i % 16), decay.value(7, i), 1e-6);
            double step = Math.log1p(Math.exp(bias.value(7, i)));
            least = Math.min(least, step);
            most = Math.max(most, step);
        }
        assertTrue(least >= 0.000_999 && least < 0.0012 && most > 0.08 && most <= 0.100_01, least + " to " + most);
    }

    @Test
    void tokensHaveTypesAndTheEmbeddingANormWhereItIsSaid() {
        PositionedEmbedding embedding = new PositionedEmbedding(2, Optional.of(layerNorm(1e-12)));
        assertEquals(Map.of("weight", "[100, 64]", "positions", "[1024, 64]", "types", "[2, 64]"), shapes(embedding));
        assertEquals(Set.of("norm"), declare(embedding).children().keySet());
    }

    @Test
    void aDenseLayerHasItsOwnParametersOrAnothers() {
        assertEquals(Map.of("weight", "[64, 64]", "bias", "[64]"), shapes(Dense.square()));
        Dense tied = Dense.of(100).weightFrom("embedding.weight");
        assertEquals(Map.of("bias", "[100]"), shapes(tied));
        assertEquals(Map.of("weight", "embedding.weight"), declare(tied).shared());
        assertEquals(
                Map.of("weight", "a.weight", "bias", "a.bias"),
                declare(Dense.square().weightFrom("a.weight").biasFrom("a.bias"))
                        .shared());
    }

    @Test
    void aHeadSaysWhetherItIsForTheFirstRowAlone() {
        Part part = new Part("dense", Dense.square());
        assertTrue(declare(OutputHead.ofFirstRow(part)).ofFirstRow());
        assertTrue(!declare(OutputHead.ofRows(part)).ofFirstRow());
        assertEquals(
                Set.of("dense"), declare(OutputHead.ofRows(part)).children().keySet());
    }

    @Test
    void aTiedHeadSharesTheEmbedding() {
        assertEquals(Map.of("weight", "embedding.weight"), declare(Head.tied()).shared());
        assertEquals(Map.of("weight", "[100, 64]"), shapes(Head.untied()));
    }

    @Test
    void aBlockNamesItsNormsAfterItsBranches() {
        Branch mixer = Branch.of("mixer", attention(4))
                .before(rmsNorm(1e-5))
                .after(rmsNorm(1e-5))
                .onSum(rmsNorm(1e-5));
        assertEquals(
                List.of("mixerNorm", "mixer", "mixerPostNorm", "mixerSumNorm", "channels"),
                List.copyOf(declare(block(mixer, Branch.of("channels", swiGlu(8))))
                        .children()
                        .keySet()));
    }

    static Stream<Arguments> faults() {
        Rope rope = Rope.of(1e4);
        return Stream.of(
                Arguments.of(attention(0), "heads: 0 is less than 1"),
                Arguments.of(attention(8).kvHeads(7), "kvHeads: 7 does not divide heads 8"),
                Arguments.of(attention(8).kvHeads(-2), "kvHeads: -2 is less than 1"),
                Arguments.of(attention(5), "heads: 5 does not divide hidden 64; give a headDim"),
                Arguments.of(attention(5).headDim(0), "headDim: 0 is less than 1"),
                Arguments.of(
                        attention(1 << 30).headDim(1 << 30),
                        "headDim: 1073741824 heads of 1073741824 columns are more than 16777216"),
                Arguments.of(mamba(0), "states: 0 is not between 1 and 65536"),
                Arguments.of(mamba(16).taps(1), "taps: 1 is not between 2 and 16"),
                Arguments.of(
                        mamba(65536).channels(1 << 24),
                        "states: 65536 of each of 16777216 channels are more than 1073741824"),
                Arguments.of(mamba(16).rank(0), "rank: 0 is not between 1 and 16777216"),
                Arguments.of(mamba(16).norm(new SelectionNorm(1, true)), "norm: its epsilon is not in [0, 1)"),
                Arguments.of(mamba2(16).headDim(48), "headDim: 48 does not divide 128, twice hidden; give heads"),
                Arguments.of(mamba2(16).headDim(16).groups(3), "groups: 3 does not divide heads 8"),
                Arguments.of(mamba2(16).steps(0.5, 0.1), "leastStep: 0.5 is not between 0 and 0.1"),
                Arguments.of(mamba2(16).epsilon(-1), "epsilon: -1.0 is not in [0, 1)"),
                Arguments.of(attention(8).window(0), "window: 0 is less than 1"),
                Arguments.of(
                        attention(8).window(16).bothWays(), "window: queries that see the whole sequence have none"),
                Arguments.of(attention(8).scale(Double.NaN), "scale: NaN is not a finite number"),
                Arguments.of(attention(8).softCap(0), "softCap: 0.0 is not a positive number"),
                Arguments.of(Head.tied().softCap(-30), "softCap: -30.0 is not a positive number"),
                Arguments.of(new Embedding(Double.NaN), "multiplier: NaN is not a finite number"),
                Arguments.of(attention(8).headNorm(-1), "headNorm: -1.0 is not in [0, 1)"),
                Arguments.of(attention(8).rope(-1), "rope.theta: -1.0 is not a positive number"),
                Arguments.of(
                        attention(8).rope(rope.fraction(1.5)), "rope.fraction: 1.5 is not more than 0 and at most 1"),
                Arguments.of(
                        attention(8).headDim(9).rope(1e4),
                        "rope: columns turn in pairs, and 9 of a head's 9 are no pairs"),
                Arguments.of(
                        attention(8).rope(rope.scaling(new YarnScaling(0, 0))),
                        "rope.scaling.factor: 0.0 is not a positive number; rope.scaling.original: 0 is less than 1"),
                Arguments.of(
                        attention(8).rope(rope.scaling(new Llama3Scaling(8, 4, 1, 32))),
                        "rope.scaling.high: 1.0 is not more than low 4.0, or no number"),
                Arguments.of(
                        attention(8)
                                .rope(rope.scaling(
                                        new LongRopeScaling(List.of(1.0), List.of(1.0, 1.0, 1.0, -1.0), 32, 1))),
                        "rope.scaling.shortFactors: 1 factors do not fit the 4 pairs of columns that turn; "
                                + "rope.scaling.longFactors: not all are positive numbers"),
                Arguments.of(swiGlu(0), "width: 0 is not between 1 and 16777216"),
                Arguments.of(
                        experts(4, swiGlu(0)).topK(5),
                        "topK: 5 is not between 1 and the number of experts, 4; expert.width: 0 is not between 1 and 16777216"),
                Arguments.of(
                        experts(0, mlp(8, Activation.RELU).bias(true)),
                        "experts: 0 is not between 1 and 65536; topK: 1 is not between 1 and the number of experts, 0; "
                                + "expert.gated: an expert has a gate; expert.bias: an expert has no biases"),
                Arguments.of(rmsNorm(Double.NaN), "epsilon: NaN is not in [0, 1)"),
                Arguments.of(layerNorm(1), "epsilon: 1.0 is not in [0, 1)"),
                Arguments.of(block(), "branches: a block has at least one"),
                Arguments.of(
                        block(Branch.of("a b", swiGlu(8)), Branch.of("c", swiGlu(8)), Branch.of("c", swiGlu(8))),
                        "branches: a name is a small letter, then letters and digits, not \"a b\"; "
                                + "branches: two are called c; branches: two are called cNorm; "
                                + "branches: two are called cPostNorm; branches: two are called cSumNorm"),
                Arguments.of(Dense.of(0), "width: 0 is not between 1 and 16777216"),
                Arguments.of(new PositionedEmbedding(-1, Optional.empty()), "types: -1 is not between 0 and 65536"),
                Arguments.of(OutputHead.ofRows(), "parts: a head has at least one"),
                Arguments.of(
                        OutputHead.ofRows(new Part("A", Dense.square()), new Part("A", Dense.square())),
                        "parts: a name is a small letter, then letters and digits, not \"A\"; "
                                + "parts: a name is a small letter, then letters and digits, not \"A\"; "
                                + "parts: two are called A"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aSpecThatCantBeIsRefused(LayerSpec spec, String message) {
        assertEquals(
                message, assertThrows(InvalidLayer.class, () -> declare(spec)).getMessage());
    }

    @Test
    void anInitialiserGivesNormsOfOneAndSmallMatrices() {
        LayerProvider<RmsNorm> norms = new RmsNormProvider();
        assertEquals(
                1f,
                norms.declare(rmsNorm(1e-5), DIMS)
                        .parameters()
                        .get("weight")
                        .initialiser()
                        .value(3, 5));
        var weight = declare(swiGlu(96)).parameters().get("down.weight").initialiser();
        double squares = 0;
        for (int i = 0; i < 10_000; i++) {
            squares += Math.pow(weight.value(3, i), 2);
        }
        assertEquals(
                0.02, Math.sqrt(squares / 10_000), 0.02 * 0.03); // 4 deviations of the estimate, 1 / sqrt(2 * 10,000)
    }
}
