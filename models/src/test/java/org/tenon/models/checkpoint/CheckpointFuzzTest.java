package org.tenon.models.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Any bytes at all, as any of the {@link Untrusted}: the build tries the kept inputs, then a bounded number of new ones. */
class CheckpointFuzzTest {
    /** The first byte chooses what the others are: the text itself, or edits of a valid one. */
    @FuzzTest(maxExecutions = 25_000, maxDuration = "20s")
    void nothingButErrorsOfTenonComeOut(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        int choice = Math.floorMod(input[0], 6);
        Untrusted untrusted = Untrusted.ALL.get(choice / 2);
        untrusted.read(choice % 2 == 0 ? rest : edited(untrusted, rest));
    }

    /** Three bytes an edit: where, how many tokens it replaces (none to three), and what with. */
    private static byte[] edited(Untrusted untrusted, byte[] edits) {
        List<String> tokens = new ArrayList<>(untrusted.example());
        for (int i = 0; i + 2 < edits.length; i += 3) {
            Untrusted.edit(
                    tokens,
                    Byte.toUnsignedInt(edits[i]) % (tokens.size() + 1),
                    edits[i + 1] & 3,
                    Untrusted.TOKENS.get(Byte.toUnsignedInt(edits[i + 2]) % Untrusted.TOKENS.size()));
        }
        return Untrusted.bytes(tokens);
    }
}
