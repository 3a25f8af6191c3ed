package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.api.config.Config;

/** The command's shape; what it measures is no test's business. */
class ProductsTest {
    @Test
    void eachBackendHasARowForEachSizeAndType() {
        Run run = Run.tenon(
                "products",
                "--backend",
                "cpu",
                "--size",
                "3x5x7,1x33x64",
                "--type",
                "f32,bf16",
                "--rounds",
                "2",
                "--json");
        assertEquals(0, run.code(), run::err);
        List<Config> rows = run.json().list("products");
        assertEquals(4, rows.size());
        for (Config row : rows) {
            assertEquals(1, row.decimal("of_the_first"));
            assertTrue(row.decimal("seconds") > 0);
        }
        assertEquals("1x33x64", rows.getLast().text("size"));
        assertEquals("BF16", rows.getLast().text("type"));
    }

    @Test
    void aBackendThatIsNotThereIsNamed() {
        Run run = Run.tenon("products", "--backend", "abacus");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("there is no backend abacus; found: "), run::err);
    }

    @Test
    void noRoundsAreRefused() {
        Run run = Run.tenon("products", "--backend", "cpu", "--rounds", "0");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("--rounds must be 1 or more, but is 0"), run::err);
    }

    @Test
    void aSizeThatIsNoneIsRefused() {
        Run run = Run.tenon("products", "--size", "1024x0x3");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("must be three numbers such as 1024x1024x1024"), run::err);
    }
}
