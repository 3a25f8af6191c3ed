#include "common.cl"
#include "gpu/sums.cl"

// Norms of rows of type X, written as OUT, computed in F32. A unit is a row, whose neighbours neighbouring items read.

kernel void rms_norm(bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes W, ulong8 wv, float epsilon) {
    local float room[GROUP];
    bytes x = P + row_at(get_group_id(0), pv), y = Y + row_at(get_group_id(0), yv), w = W + wv.s0;
    uint n = WIDTH(pv);
    float sum = 0;
    for (uint i = get_local_id(0); i < n; i += GROUP) {
        float each = LOAD(X)(x, i);
        sum = fma(each, each, sum);
    }
    float factor = 1 / sqrt(group_sum(sum, room) / n + epsilon);
    for (uint i = get_local_id(0); i < n; i += GROUP) {
        STORE(OUT)(LOAD(X)(x, i) * factor * load_F32(w, i), y, i);
    }
}

// Without a bias there is no memory B; a negative zero is added then, which changes no number, not even the sign of a zero.
kernel void layer_norm(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes W, ulong8 wv, bytes B, ulong8 bv, float epsilon) {
    local float room[GROUP];
    bytes x = P + row_at(get_group_id(0), pv), y = Y + row_at(get_group_id(0), yv), w = W + wv.s0;
    uint n = WIDTH(pv);
    float sum = 0, squares = 0;
    for (uint i = get_local_id(0); i < n; i += GROUP) {
        sum += LOAD(X)(x, i);
    }
    float mean = group_sum(sum, room) / n;
    for (uint i = get_local_id(0); i < n; i += GROUP) {
        float off = LOAD(X)(x, i) - mean;
        squares = fma(off, off, squares);
    }
    float factor = 1 / sqrt(group_sum(squares, room) / n + epsilon);
    for (uint i = get_local_id(0); i < n; i += GROUP) {
        float shift = B ? load_F32(B + bv.s0, i) : -0.0f;
        STORE(OUT)((LOAD(X)(x, i) - mean) * factor * load_F32(w, i) + shift, y, i);
    }
}
