#include "common.cl"

// Norms of rows of type X, written as Y, computed in F32. A unit is a row.

static inline float sum_of(bytes x, ulong n) {
    float16 many = 0;
    ulong i = 0;
    for (; i + 16 <= n; i += 16) {
        many += LOAD16(X)(x, i);
    }
    float sum = sum16(many);
    for (; i < n; i++) {
        sum += LOAD(X)(x, i);
    }
    return sum;
}

// Of the differences from a number.
static inline float sum_of_squares(bytes x, ulong n, float from) {
    float16 many = 0;
    ulong i = 0;
    for (; i + 16 <= n; i += 16) {
        float16 off = LOAD16(X)(x, i) - from;
        many = fma(off, off, many);
    }
    float sum = sum16(many);
    for (; i < n; i++) {
        float off = LOAD(X)(x, i) - from;
        sum = fma(off, off, sum);
    }
    return sum;
}

kernel void rms_norm(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes W, ulong8 wv, float epsilon, ulong units, ulong run) {
    bytes w = W + wv.s0;
    ulong n = WIDTH(pv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        bytes x = P + row_at(row, pv), y = Y + row_at(row, yv);
        float factor = 1 / sqrt(sum_of_squares(x, n, 0) / n + epsilon);
        ulong i = 0;
        for (; i + 16 <= n; i += 16) {
            STORE16(OUT)(LOAD16(X)(x, i) * factor * load16_F32(w, i), y, i);
        }
        for (; i < n; i++) {
            STORE(OUT)(LOAD(X)(x, i) * factor * load_F32(w, i), y, i);
        }
    }
}

// Without a bias there is no memory B; a negative zero is added then, which changes no number, not even the sign of a zero.
kernel void layer_norm(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes W, ulong8 wv, bytes B, ulong8 bv, float epsilon, ulong units,
    ulong run) {
    bytes w = W + wv.s0;
    ulong n = WIDTH(pv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        bytes x = P + row_at(row, pv), y = Y + row_at(row, yv);
        float mean = sum_of(x, n) / n;
        float factor = 1 / sqrt(sum_of_squares(x, n, mean) / n + epsilon);
        ulong i = 0;
        for (; i + 16 <= n; i += 16) {
            float16 shift = B ? load16_F32(B + bv.s0, i) : (float16) (-0.0f);
            STORE16(OUT)((LOAD16(X)(x, i) - mean) * factor * load16_F32(w, i) + shift, y, i);
        }
        for (; i < n; i++) {
            float shift = B ? load_F32(B + bv.s0, i) : -0.0f;
            STORE(OUT)((LOAD(X)(x, i) - mean) * factor * load_F32(w, i) + shift, y, i);
        }
    }
}
