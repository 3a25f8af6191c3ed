package org.tenon.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tenon.api.config.Config;
import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Sampling;
import org.tenon.api.tensor.DType;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Json;

/** The demo models answer what they never saw, as often as their references did when they were measured. */
class DemoModelTest {
    /** The share of right answers that each model is worth carrying for. */
    private static double least(DemoModel demo) {
        return switch (demo) {
            case LLAMA -> 0.7;
            case MIXTRAL, BAMBA, T5 -> 0.95;
        };
    }

    /** Greedy, up to and with the first full stop where answers have one. */
    private static String answer(GenerativeModel model, String prompt, boolean sentence) {
        Sampling greedy = Sampling.sampling().greedy().maxTokens(24);
        try (Generation generation = model.generate(prompt, sentence ? greedy.stopStrings(".") : greedy)) {
            String text = generation.await().text();
            return sentence && !text.endsWith(".") ? text + "." : text;
        }
    }

    @ParameterizedTest
    @EnumSource(DemoModel.class)
    void answersHeldOutPromptsAsOftenAsMeasured(DemoModel demo) {
        Config file = Json.parse("heldout.json", demo.heldOut());
        List<Config> items = file.list("items");
        assertTrue(items.size() >= 100, "too few: " + items.size());
        int right = 0;
        try (DemoFolder folder = demo.unpack();
                Tenon tenon =
                        Tenon.builder().backend("cpu").activations(DType.F32).open();
                GenerativeModel model = (GenerativeModel) tenon.model(folder.path())) {
            for (Config item : items) {
                String expected = item.text("answer");
                right += expected.equals(answer(model, item.text("prompt"), expected.endsWith("."))) ? 1 : 0;
            }
        }
        double measured = file.child("measured").decimal("accuracy");
        // the reference computed in F32 from the same weights; a tie at rounding may change one answer or two
        assertEquals(measured, (double) right / items.size(), 0.01);
        assertTrue(right >= items.size() * least(demo), right + " of " + items.size() + " right");
    }
}
