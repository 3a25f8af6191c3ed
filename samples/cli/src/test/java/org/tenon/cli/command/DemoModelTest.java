package org.tenon.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tenon.api.model.Sampling.sampling;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.api.config.Config;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.tensor.DType;
import org.tenon.demo.models.DemoModel;
import org.tenon.models.Tenon;
import org.tenon.models.checkpoint.Json;

/** The demo model answers questions about stories that it never saw, as often as its reference did when it was measured. */
class DemoModelTest {
    private static Config heldOut() {
        return Json.parse("heldout.json", DemoModel.heldOut());
    }

    /** Greedy, up to and with the first full stop. */
    private static String answer(CausalModel model, String prompt) {
        try (Generation generation =
                model.generate(prompt, sampling().greedy().maxTokens(24).stopStrings("."))) {
            return generation.await().text();
        }
    }

    @Test
    void answersHeldOutQuestionsAsOftenAsMeasured() {
        Config file = heldOut();
        List<Config> items = file.list("items");
        assertEquals(200, items.size());
        int right = 0;
        try (DemoModel demo = DemoModel.unpack();
                Tenon tenon =
                        Tenon.builder().backend("cpu").activations(DType.F32).open();
                CausalModel model = tenon.causal(demo.folder())) {
            for (Config item : items) {
                String expected = item.text("answer");
                String found = answer(model, item.text("prompt"));
                right += expected.equals(found) || expected.equals(found + ".") ? 1 : 0;
            }
        }
        double measured = file.child("measured").decimal("accuracy");
        // the reference computed in F32 from the same weights; a tie at rounding may change one answer or two
        assertEquals(measured, right / 200.0, 0.01);
        assertTrue(right >= 140, right + " of 200 right");
    }
}
