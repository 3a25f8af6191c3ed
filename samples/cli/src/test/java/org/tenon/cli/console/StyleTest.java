package org.tenon.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StyleTest {
    private static final String HOSTILE = "a\u001b[2Jb\u0007\u007f\u009b\n\tc";

    @Test
    void onATerminalControlCharactersBecomePictures() {
        assertEquals("a\u241b[2Jb\u2407\u2421\ufffd\n\tc", new Style(true, false).harmless(HOSTILE));
    }

    @Test
    void elsewhereTextStaysAsItIs() {
        assertEquals(HOSTILE, new Style(false, false).harmless(HOSTILE));
    }

    @Test
    void withoutColoursNothingIsSetOff() {
        Style plain = new Style(true, false);
        assertEquals("x", plain.bold(plain.faint(plain.good(plain.bad("x")))));
    }
}
