package org.tenon.models.loading;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Limits;
import org.tenon.api.model.Model;
import org.tenon.api.model.Stepper;
import org.tenon.api.model.Stepper.Chunk;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.golden.Goldens;

/**
 * Every golden, saved, is the same model to the bit. What is saved stays in {@code target/saved}: {@code compare_saved.py} has Transformers read it.
 */
@Timeout(60)
class SavedGoldensTest {
    private static final Path SAVED = Path.of("target/saved");

    static Stream<Path> goldens() {
        return Goldens.all().stream();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void isTheSameModel(Path golden) {
        Path saved = SAVED.resolve(golden.getFileName());
        try (Tenon tenon = Tenon.builder()
                        .backend("cpu")
                        .limits(Limits.defaults().rows(256).outputs(256).context(256))
                        .open();
                ReferenceFile reference = ReferenceFile.in(golden);
                Model model = tenon.model(golden)) {
            tenon.save(model, saved);
            try (Model again = tenon.model(saved)) {
                assertEquals(model.spec(), again.spec());
                for (ReferenceFile.Case one : reference.cases()) {
                    assertArrayEquals(outputs(model, one), outputs(again, one), () -> "case " + one.number());
                }
            }
        }
    }

    /** The logits of a case, or all that an encoder says of it. */
    private static float[][] outputs(Model model, ReferenceFile.Case one) {
        return switch (model) {
            case EncoderModel encoder -> encoded(encoder, one);
            case GenerativeModel generative -> logits(generative, one);
            default -> throw new AssertionError(model);
        };
    }

    private static float[][] encoded(EncoderModel model, ReferenceFile.Case one) {
        EncoderInput input = EncoderInput.ids(one.inputIds()).types(one.tokenTypeIds());
        var encoded = model.encode(List.of(input), model.heads()).getFirst();
        List<float[]> rows = new ArrayList<>(Arrays.asList(encoded.hidden()));
        model.heads().stream().sorted().forEach(head -> rows.addAll(Arrays.asList(encoded.head(head))));
        return rows.toArray(float[][]::new);
    }

    private static float[][] logits(GenerativeModel model, ReferenceFile.Case one) {
        int[] target = one.decoderInputIds();
        try (Stepper stepper = model.stepper()) {
            return stepper.step(List.of(
                    target.length > 0
                            ? Chunk.of(stepper.open(one.inputIds()), target)
                            : Chunk.of(stepper.open(), one.inputIds())));
        }
    }
}
