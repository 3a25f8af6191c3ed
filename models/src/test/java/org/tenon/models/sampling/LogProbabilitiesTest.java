package org.tenon.models.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
    @Test
    void probabilitiesSumUpToOne() {
        float[] logits = {3.5f, -2, 0, 1.25f, 88};
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            sum += Math.exp(LogProbabilities.of(logits, id));
        }
        assertEquals(1, sum, 1e-14); // a few roundings of F64
    }

    @Test
    void hugeLogitsNeitherOverflowNorVanish() {
        assertEquals(-Math.log(2), LogProbabilities.of(new float[] {1e4f, 1e4f}, 1), Math.ulp(1e4));
        assertEquals(0, LogProbabilities.of(new float[] {-3e38f, 3e38f}, 1));
        assertEquals(-6e38, LogProbabilities.of(new float[] {3e38f, -3e38f}, 1), 1e32); // the spacing of F32 there
    }

    @Test
    void idsThatAreOutHaveNoProbability() {
        float[] logits = {Float.NEGATIVE_INFINITY, 1};
        assertEquals(Double.NEGATIVE_INFINITY, LogProbabilities.of(logits, 0));
        assertEquals(0, LogProbabilities.of(logits, 1), 1e-15);
    }
}
