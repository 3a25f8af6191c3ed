#include "common.cl"

// The experts of a row: its largest logits, the largest first, equal ones by their index, NaN after all others. A unit is a row. What is taken already is marked in
// the ids written so far, for these are few.
kernel void route(
    bytes IDS, ulong8 iv, bytes WEIGHTS, ulong8 wv, bytes L, ulong8 lv, bytes SEQUENCE, ulong8 sv, ulong renormalised, ulong units, ulong run) {
    ulong experts = WIDTH(lv), chosen = WIDTH(iv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        global int *ids = (global int *) (IDS + row_at(row, iv));
        global float *weights = (global float *) (WEIGHTS + row_at(row, wv));
        global const float *logits = (global const float *) (L + row_at(row, lv));
        float largest = -INFINITY, total = 0;
        for (ulong i = 0; i < experts; i++) {
            largest = isnan(logits[i]) || logits[i] > largest ? logits[i] : largest; // a NaN stays
        }
        for (ulong i = 0; i < experts && !renormalised; i++) {
            total += exp(logits[i] - largest);
        }
        for (ulong c = 0; c < chosen; c++) {
            int best = -1;
            float key = -INFINITY;
            for (ulong i = 0; i < experts; i++) {
                int taken = 0;
                for (ulong before = 0; before < c; before++) {
                    taken |= ids[before] == (int) i;
                }
                if (!taken && (best < 0 || logits[i] > key)) {
                    best = i;
                    key = isnan(logits[i]) ? -INFINITY : logits[i];
                }
            }
            ids[c] = best;
            weights[c] = exp(logits[best] - largest);
            total += renormalised ? weights[c] : 0;
        }
        int padding = ((global const int *) (SEQUENCE + sv.s0))[row] < 0;
        for (ulong c = 0; c < chosen; c++) {
            ids[c] = padding ? -1 : ids[c];
            weights[c] = padding ? 0 : weights[c] / total;
        }
    }
}
