package org.tenon.api.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class EncodingTest {

    @Test
    void nobodyChangesAnEncodingThroughItsArrays() {
        int[] ids = {7, 8};
        int[] starts = {0, 1};
        int[] ends = {1, 3};
        Encoding encoding = new Encoding(ids, starts, ends);
        ids[0] = 0;
        starts[1] = 0;
        ends[1] = 0;
        encoding.ids()[1] = 0;
        assertArrayEquals(new int[] {7, 8}, encoding.ids());
        assertEquals(1, encoding.start(1));
        assertEquals(3, encoding.end(1));
        assertEquals(new Encoding(new int[] {7, 8}, new int[] {0, 1}, new int[] {1, 3}), encoding);
    }

    @Test
    void anEncodingHasAStartAndAnEndForEachToken() {
        assertThrows(IllegalArgumentException.class, () -> new Encoding(new int[2], new int[1], new int[2]));
        assertThrows(IllegalArgumentException.class, () -> new Encoding(new int[2], new int[2], new int[3]));
    }
}
