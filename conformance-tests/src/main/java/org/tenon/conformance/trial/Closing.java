package org.tenon.conformance.trial;

import java.util.List;
import org.tenon.api.TenonException;

/** Closes what was opened, last first. */
final class Closing {
    private Closing() {}

    static void all(List<? extends AutoCloseable> open) {
        for (AutoCloseable each : open.reversed()) {
            try {
                each.close();
            } catch (RuntimeException failure) {
                throw failure;
            } catch (Exception failure) {
                throw new TenonException("closing failed: " + failure, failure);
            }
        }
    }
}
