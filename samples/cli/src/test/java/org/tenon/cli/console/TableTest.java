package org.tenon.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsStandBelowOneAnotherAndLinesHaveNoBlanksAtTheirEnds() {
        Table table =
                Table.of("lrl").row("name", "bytes", "note").row("a", "12", "").row("longer", "3", "x");
        assertEquals(List.of("name    bytes  note", "a          12", "longer      3  x"), table.lines());
    }

    @Test
    void coloursTakeNoRoom() {
        Style style = new Style(true, true);
        Table table = Table.of("ll").row(style.good("ok"), "x").row("failed", "y");
        assertEquals(style.good("ok") + "      x", table.lines().getFirst());
    }

    @Test
    void aRowMayNotHaveMoreCellsThanThereAreColumns() {
        Table table = Table.of("l");
        assertThrows(IllegalArgumentException.class, () -> table.row("a", "b"));
    }
}
