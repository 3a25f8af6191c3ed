package org.tenon.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Valid texts with every single edit, and with many double ones: what comes closest to being accepted. */
class UntrustedTest {
    private static final int MOST_REPLACED = 3;
    private static final int DOUBLE_EDITS = 20_000;

    static List<Untrusted> all() {
        return Untrusted.ALL;
    }

    @ParameterizedTest
    @MethodSource("all")
    void everySingleEditIsReadOrRefused(Untrusted untrusted) {
        assertTrue(untrusted.read(Untrusted.bytes(untrusted.example())), "the example itself is accepted");
        int accepted = 0;
        int refused = 0;
        for (int from = 0; from <= untrusted.example().size(); from++) {
            for (int replaced = 0; replaced <= MOST_REPLACED; replaced++) {
                for (String token : Untrusted.TOKENS) {
                    List<String> tokens = new ArrayList<>(untrusted.example());
                    Untrusted.edit(tokens, from, replaced, token);
                    if (untrusted.read(Untrusted.bytes(tokens))) {
                        accepted++;
                    } else {
                        refused++;
                    }
                }
            }
        }
        assertTrue(accepted > 100 && refused > 1_000, accepted + " accepted, " + refused + " refused");
    }

    @ParameterizedTest
    @MethodSource("all")
    void doubleEditsAreReadOrRefused(Untrusted untrusted) {
        SplittableRandom random = new SplittableRandom(7);
        int accepted = 0;
        for (int i = 0; i < DOUBLE_EDITS; i++) {
            List<String> tokens = new ArrayList<>(untrusted.example());
            for (int edit = 0; edit < 2; edit++) {
                Untrusted.edit(
                        tokens,
                        random.nextInt(tokens.size() + 1),
                        random.nextInt(MOST_REPLACED + 1),
                        Untrusted.TOKENS.get(random.nextInt(Untrusted.TOKENS.size())));
            }
            accepted += untrusted.read(Untrusted.bytes(tokens)) ? 1 : 0;
        }
        assertTrue(accepted > 0 && accepted < DOUBLE_EDITS, accepted + " accepted");
    }
}
