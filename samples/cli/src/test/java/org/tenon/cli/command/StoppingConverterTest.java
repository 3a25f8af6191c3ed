package org.tenon.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.tenon.api.model.BeamSearch.Stopping;

class StoppingConverterTest {
    @Test
    void theWordsAreThoseOfTransformers() {
        StoppingConverter converter = new StoppingConverter();
        assertEquals(Stopping.WHEN_FULL, converter.convert("true"));
        assertEquals(Stopping.HEURISTIC, converter.convert("false"));
        assertEquals(Stopping.NEVER_EARLY, converter.convert("never"));
    }
}
