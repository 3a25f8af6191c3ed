package org.tenon.models.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.layers.Layers.attention;
import static org.tenon.layers.Layers.block;
import static org.tenon.layers.Layers.crossAttention;
import static org.tenon.layers.Layers.geGlu;
import static org.tenon.layers.Layers.layerNorm;
import static org.tenon.layers.Layers.learnedPositions;
import static org.tenon.layers.Layers.mlp;
import static org.tenon.layers.Layers.noNorm;
import static org.tenon.layers.Layers.rmsNorm;
import static org.tenon.layers.Layers.swiGlu;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;
import org.tenon.api.layer.LayerSpec;
import org.tenon.api.model.InvalidArchitecture;
import org.tenon.api.model.ModelSpec;
import org.tenon.api.op.Activation;
import org.tenon.layers.block.Block;
import org.tenon.layers.block.Branch;
import org.tenon.layers.feedforward.Dense;
import org.tenon.layers.norm.LayerNorm;
import org.tenon.layers.position.LongRopeScaling;
import org.tenon.layers.position.Rope;
import org.tenon.layers.token.Embedding;
import org.tenon.layers.token.Head;
import org.tenon.layers.token.OutputHead;
import org.tenon.layers.token.OutputHead.Part;
import org.tenon.models.assembly.LayerProviders;
import org.tenon.models.checkpoint.Json;

class ArchitectureTest {
    private static final LayerProviders LAYERS = LayerProviders.found();

    /** The builder reads like the paper's table. */
    private static Architecture mixed() {
        return Architecture.decoder(64, 100)
                .context(512)
                .norm(rmsNorm(1e-5))
                .layers(
                        6,
                        i -> block(
                                i % 3 == 2
                                        ? attention(8).kvHeads(2).rope(500_000)
                                        : attention(8).kvHeads(2).window(128).headNorm(1e-6),
                                i % 2 == 1 ? mlp(256, Activation.RELU_SQUARED) : swiGlu(176)))
                .tiedHead();
    }

    @Test
    void theBuilderGivesTheArchitectureAsAValue() {
        ModelSpec spec = mixed().build();
        ModelSpec.Stack stack = spec.stacks().getFirst();
        assertEquals(6, stack.layers().size());
        assertEquals(
                block(
                        Branch.of("mixer", attention(8).kvHeads(2).rope(500_000))
                                .before(rmsNorm(1e-5)),
                        Branch.of("channels", swiGlu(176)).before(rmsNorm(1e-5))),
                stack.layers().get(2));
        assertEquals(rmsNorm(1e-5), stack.norm());
        assertEquals(new Embedding(), stack.embedding());
        assertEquals(Map.of(ModelSpec.HEAD, Head.tied()), spec.heads());
        assertEquals(spec, mixed().build());
    }

    @Test
    void theOrderOfTheBuildersMethodsDoesNotMatter() {
        Architecture one = Architecture.decoder(64, 100)
                .layers(2, i -> block(attention(8), geGlu(64)))
                .norm(rmsNorm(1e-3))
                .context(77);
        Architecture other = Architecture.decoder(64, 100)
                .context(77)
                .norm(rmsNorm(1e-3))
                .layers(2, i -> block(attention(8), geGlu(64)));
        assertEquals(one.build(), other.build());
    }

    /** Each stack has its own norm, and the model one context; what two stacks share is told by where it lies. */
    @Test
    void anEncoderWithADecoderIsTwoStacks() {
        Architecture encoder = Architecture.encoder(64, 100)
                .context(77)
                .norm(rmsNorm(1e-3))
                .layers(3, i -> block(attention(8).bothWays(), geGlu(64)));
        Architecture both =
                encoder.decoder().layers(2, i -> block(attention(8), crossAttention("encoder", 8), geGlu(32)));
        Block above = block(attention(8).bothWays(), geGlu(64)).normalised(rmsNorm(1e-3));
        Block below =
                block(attention(8), crossAttention("encoder", 8), geGlu(32)).normalised(rmsNorm(1e-3));
        Embedding shared = Embedding.tiedTo("encoder.embedding.weight");
        assertEquals(
                new ModelSpec(
                        100,
                        77,
                        List.of(
                                new ModelSpec.Stack(
                                        "encoder", 64, new Embedding(), Collections.nCopies(3, above), rmsNorm(1e-3)),
                                new ModelSpec.Stack(
                                        "decoder", 64, shared, Collections.nCopies(2, below), rmsNorm(1e-3))),
                        Map.of(ModelSpec.HEAD, Head.untied())),
                both.build());
        assertEquals(ModelSpec.Kind.ENCODER, encoder.build().kind());
        assertEquals(ModelSpec.Kind.SEQ2SEQ, both.build().kind());
    }

    @Test
    void whatFollowsDecoderIsTheDecoders() {
        ModelSpec spec = Architecture.encoder(64, 100)
                .layers(1, i -> block(attention(8).bothWays(), geGlu(64)))
                .decoder()
                .norm(layerNorm(1e-4))
                .embedding(learnedPositions())
                .layers(1, i -> block(attention(8), geGlu(64)))
                .tiedHead()
                .build();
        assertEquals(rmsNorm(1e-6), spec.stacks().getFirst().norm());
        assertEquals(new Embedding(), spec.stacks().getFirst().embedding());
        assertEquals(
                block(attention(8), geGlu(64)).normalised(layerNorm(1e-4)),
                spec.stacks().getLast().layers().getFirst());
        assertEquals(Map.of(ModelSpec.HEAD, Head.tiedTo("decoder.embedding.weight")), spec.heads());
    }

    @Test
    void aTiedHeadSharesTheTableThatTheDecoderShares() {
        ModelSpec spec = Architecture.encoder(64, 100)
                .layers(1, i -> block(attention(8).bothWays(), geGlu(64)))
                .decoder()
                .layers(1, i -> block(attention(8), geGlu(64)))
                .tiedHead()
                .build();
        assertEquals(Map.of(ModelSpec.HEAD, Head.tiedTo("encoder.embedding.weight")), spec.heads());
    }

    @Test
    void anEncoderHasTheHeadsThatItIsGivenByName() {
        LayerNorm norm = layerNorm(1e-12);
        OutputHead pooler = OutputHead.ofFirstRow(new Part("dense", Dense.square()));
        OutputHead classes = OutputHead.ofFirstRow(new Part("out", Dense.of(3)));
        Architecture encoder = Architecture.encoder(64, 100)
                .embedding(learnedPositions().types(2).norm(norm))
                .layers(
                        2,
                        i -> block(attention(8).bothWays(), mlp(64, Activation.GELU))
                                .postNorm(norm))
                .norm(noNorm());
        assertEquals(Map.of(), encoder.build().heads());
        ModelSpec spec = encoder.head(ModelSpec.POOLER, classes)
                .head(ModelSpec.CLASSES, classes)
                .head(ModelSpec.POOLER, pooler)
                .build();
        assertEquals(Map.of(ModelSpec.POOLER, pooler, ModelSpec.CLASSES, classes), spec.heads());
        assertEquals(
                block(
                        Branch.of("mixer", attention(8).bothWays()).onSum(norm),
                        Branch.of("channels", mlp(64, Activation.GELU)).onSum(norm)),
                spec.stacks().getFirst().layers().getFirst());
    }

    @Test
    void theFaultsOfTwoStacksAreToldByTheirNames() {
        Architecture wrong = Architecture.encoder(64, 100)
                .layers(1, i -> block(attention(8), geGlu(64)))
                .decoder()
                .layers(1, i -> block(attention(8), crossAttention("encoder", 7), geGlu(64)));
        InvalidArchitecture invalid = assertThrows(InvalidArchitecture.class, wrong::build);
        assertTrue(
                invalid.getMessage().contains("decoder.layers[0].cross.heads: 7 does not divide hidden 64"),
                invalid::getMessage);
        assertTrue(invalid.getMessage().contains("encoder.layers[0].mixer.keys: is kept"), invalid::getMessage);
        assertTrue(invalid.getMessage().contains("give its attention bothWays()"), invalid::getMessage);
    }

    @Test
    void aDecoderIsAddedOnceAndToAnEncoder() {
        for (Architecture there : List.of(
                Architecture.decoder(64, 100), Architecture.encoder(64, 100).decoder())) {
            InvalidArchitecture invalid = assertThrows(InvalidArchitecture.class, there::decoder);
            assertEquals(
                    "stacks: a decoder is there already; begin with encoder(hidden, vocabulary), and add decoder() once",
                    invalid.getMessage());
        }
    }

    @Test
    void sizesThatCanNotBeAreFaults() {
        for (int size : new int[] {0, -1, Integer.MAX_VALUE}) {
            Architecture vocabulary = Architecture.decoder(16, size).layers(1, i -> block(attention(4), swiGlu(0)));
            InvalidArchitecture both = assertThrows(InvalidArchitecture.class, vocabulary::build);
            assertEquals(
                    List.of(
                            "vocabulary: " + size + " is not between 1 and 16777216",
                            "layers[0].channels.width: 0 is not between 1 and 16777216"),
                    both.faults().stream()
                            .map(InvalidArchitecture.Fault::toString)
                            .toList());
            Architecture hidden = Architecture.decoder(size, 16).layers(1, i -> block(attention(7), swiGlu(0)));
            InvalidArchitecture alone = assertThrows(InvalidArchitecture.class, hidden::build);
            assertEquals("hidden: " + size + " is not between 1 and 1048576", alone.getMessage());
        }
    }

    @Test
    void aLayerThatIsNoneIsRefusedByItsPlace() {
        Map<Integer, LayerSpec> layers = Map.of(0, attention(8));
        Architecture architecture = Architecture.decoder(64, 100);
        InvalidArchitecture invalid =
                assertThrows(InvalidArchitecture.class, () -> architecture.layers(2, layers::get));
        assertTrue(invalid.getMessage().startsWith("layers[1]: is null; give a layer"), invalid.getMessage());
    }

    @Test
    void layersAreNumberedThroughTheirStack() {
        List<Integer> numbers = new ArrayList<>();
        Architecture.decoder(64, 100)
                .layers(2, i -> {
                    numbers.add(i);
                    return attention(8);
                })
                .layers(1, i -> {
                    numbers.add(i);
                    return attention(8);
                })
                .build();
        assertEquals(List.of(0, 1, 2), numbers);
    }

    @Test
    void everyFaultIsToldAtOnce() {
        Architecture wrong = Architecture.decoder(64, 100)
                .context(0)
                .layers(6, i -> block(attention(8).kvHeads(i == 5 ? 7 : 8), swiGlu(i == 1 ? -1 : 64)));
        InvalidArchitecture invalid = assertThrows(InvalidArchitecture.class, wrong::build);
        assertEquals("""
                the architecture has 3 faults:
                  context: 0 is not between 1 and 1073741824
                  layers[1].channels.width: -1 is not between 1 and 16777216
                  layers[5].mixer.kvHeads: 7 does not divide heads 8""", invalid.getMessage());
    }

    @Test
    void anAbsurdCountOfLayersIsRefusedAtOnce() {
        Architecture architecture = Architecture.decoder(64, 100);
        for (int count : new int[] {0, -1, Integer.MAX_VALUE}) {
            InvalidArchitecture invalid =
                    assertThrows(InvalidArchitecture.class, () -> architecture.layers(count, i -> attention(8)));
            assertTrue(invalid.getMessage().startsWith("layers: "), invalid.getMessage());
        }
    }

    @Test
    void anArchitectureSurvivesItsPlainTreeAsText() {
        Rope rope = Rope.of(10_000)
                .fraction(0.5)
                .interleaved(true)
                .scaling(new LongRopeScaling(List.of(1.0, 1.5), List.of(2.0, 3.0), 64, 1.19));
        ModelSpec spec = mixed().layers(
                        1,
                        i -> block(Branch.of(
                                        "mixer",
                                        attention(8).headDim(8).rope(rope).bias())
                                .before(rmsNorm(1e-6))
                                .after(rmsNorm(1e-7))
                                .multiplier(0.22)))
                .build();
        String text = Json.text(SpecTree.write(spec, LAYERS));
        Config read = Json.parse("config.json", text.getBytes(StandardCharsets.UTF_8));
        assertEquals(spec, SpecTree.read(read, LAYERS));
    }

    @Test
    void aBrokenPlainTreeIsRefusedByItsPlace() {
        Config tree = Json.parse("config.json", """
                {"vocabulary": 10, "context": 10, "heads": {}, "stacks": [{"name": "decoder", "hidden": 8,
                 "embedding": {"type": "tenon/embedding"}, "layers": [{"type": "tenon/block", "branches":
                 [{"name": "mixer", "body": {"type": "acme/hyena"}}]}], "norm": {"type": "tenon/rms-norm", "epsilon": 0}}]}
                """.getBytes(StandardCharsets.UTF_8));
        InvalidConfig refused = assertThrows(InvalidConfig.class, () -> SpecTree.read(tree, LAYERS));
        assertTrue(
                refused.getMessage()
                        .startsWith(
                                "config.json: stacks[0].layers[0].branches[0].body.type must be a kind of layer that is"
                                        + " there ("),
                refused.getMessage());
        assertTrue(refused.getMessage().contains("but is \"acme/hyena\""), refused.getMessage());
    }
}
