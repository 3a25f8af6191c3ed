package org.tenon.layers.position;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buckets of distances against {@code _relative_position_bucket} of Transformers 5.23. */
class RelativeBiasTest {
    /** Each bucket by the first distance that has it. */
    @ParameterizedTest
    @CsvSource({
        "32, 128, true, -131:15 -90:14 -63:13 -45:12 -31:11 -22:10 -15:9 -11:8 -7:7 -6:6 -5:5 -4:4 -3:3 -2:2 -1:1 0:0 1:17 2:18 3:19"
                + " 4:20 5:21 6:22 7:23 8:24 12:25 16:26 23:27 32:28 46:29 64:30 91:31",
        "32, 128, false, -131:31 -112:30 -98:29 -86:28 -76:27 -66:26 -58:25 -51:24 -45:23 -39:22 -34:21 -30:20 -26:19 -23:18 -20:17"
                + " -18:16 -15:15 -14:14 -13:13 -12:12 -11:11 -10:10 -9:9 -8:8 -7:7 -6:6 -5:5 -4:4 -3:3 -2:2 -1:1 0:0",
        "8, 20, true, -23:3 -6:2 -1:1 0:0 1:5 2:6 7:7",
        "8, 20, false, -23:7 -13:6 -8:5 -5:4 -3:3 -2:2 -1:1 0:0",
        "16, 64, true, -67:7 -31:6 -15:5 -7:4 -3:3 -2:2 -1:1 0:0 1:9 2:10 3:11 4:12 8:13 16:14 32:15",
        "16, 64, false, -67:15 -49:14 -38:13 -29:12 -22:11 -17:10 -13:9 -10:8 -7:7 -6:6 -5:5 -4:4 -3:3 -2:2 -1:1 0:0",
        "6, 50, true, -53:2 -7:1 0:0 1:4 8:5"
    })
    void distancesShareBucketsAsTheReferencesDo(int buckets, int farthest, boolean bidirectional, String starts) {
        NavigableMap<Integer, Integer> expected = new TreeMap<>();
        for (String start : starts.split(" ", -1)) {
            String[] pair = start.split(":", 2);
            expected.put(Integer.valueOf(pair[0]), Integer.valueOf(pair[1]));
        }
        RelativeBias bias = RelativeBias.of(buckets, farthest);
        for (int distance = -farthest - 3; distance <= farthest + 3; distance++) {
            assertEquals(
                    expected.floorEntry(distance).getValue(),
                    bias.bucket(distance, bidirectional),
                    "distance " + distance);
        }
    }
}
