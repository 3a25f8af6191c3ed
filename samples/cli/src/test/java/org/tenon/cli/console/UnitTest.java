package org.tenon.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "1234, 1.23 kB",
        "12345, 12.3 kB",
        "123456, 123 kB",
        "999499, 999 kB",
        "999500, 1.00 MB",
        "2471645608, 2.47 GB",
    })
    void bytesHaveThreeSignificantDigits(long bytes, String text) {
        assertEquals(text, Unit.BYTES.text(bytes));
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "1235814400, 1.24 G", "96, 96"})
    void countsHaveAPrefixAndNoUnit(long count, String text) {
        assertEquals(text, Unit.COUNT.text(count));
    }
}
