package org.tenon.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter shown = new StringWriter();
    private final AtomicLong millis = new AtomicLong();
    private final ProgressBar bar = new ProgressBar(
            new PrintWriter(shown), "loading", Unit.BYTES, () -> TimeUnit.MILLISECONDS.toNanos(millis.get()));

    private void at(long time, long done) {
        millis.set(time);
        bar.at(done, 2_000_000);
    }

    @Test
    void workOfLessThanASecondShowsNothing() {
        at(0, 0);
        at(999, 1_900_000);
        bar.close();
        assertEquals("", shown.toString());
    }

    @Test
    void aBarIsDrawnAtMostTenTimesASecondAndTakenAway() {
        at(1000, 1_000_000);
        at(1050, 1_100_000);
        at(1100, 3_000_000);
        bar.close();
        bar.close();
        assertEquals(
                "\rloading [===============               ] 1.00 MB of 2.00 MB\u001b[K"
                        + "\rloading [==============================] 3.00 MB of 2.00 MB\u001b[K"
                        + "\r\u001b[K",
                shown.toString());
    }
}
