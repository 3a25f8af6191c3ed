#include "common.cl"

// Convolutions of channels over the rows of sequences. X is the type of what goes in, OUT that of the output, KEPT how many rows before one count. A unit is a channel of a
// sequence: an item that skips the rows of others. Those of the first sequence write the zeros of rows that belong to none.

#define INTS(p, v) ((global const int *) (p + v.s0))

// wv is [KEPT + 1, channels], sv [slots, KEPT, channels].
kernel void conv(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes W, ulong8 wv, bytes BIAS, ulong8 bv, bytes S, ulong8 sv, bytes READ, ulong8 readv, bytes WRITE,
    ulong8 writev, bytes SEQUENCE, ulong8 sequencev, ulong silu, ulong rows, ulong units, ulong run) {
    if (get_global_id(0) >= units) {
        return;
    }
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    uint c = get_global_id(0) % WIDTH(yv);
    int own = get_global_id(0) / WIDTH(yv), begun = 0;
    float seen[KEPT], weight[KEPT + 1], bias = BIAS ? load_F32(BIAS + bv.s0, c) : 0;
    for (uint k = 0; k <= KEPT; k++) {
        weight[k] = load_F32(W + row_at(k, wv), c);
    }
    for (ulong row = 0; row < rows; row++) {
        int who = sequence[row];
        if (who < 0 && own == 0) {
            STORE(OUT)(0.0f, Y + row_at(row, yv), c);
        }
        if (who != own) {
            continue;
        }
        if (!begun) {
            int slot = INTS(READ, readv)[own];
            for (uint k = 0; k < KEPT; k++) {
                seen[k] = slot < 0 ? 0 : load_F32(S + row_at(slot * KEPT + k, sv), c);
            }
            begun = 1;
        }
        float now = LOAD(X)(IN + row_at(row, xv), c), sum = fma(now, weight[KEPT], bias);
        for (int k = KEPT - 1; k >= 0; k--) {
            sum = fma(seen[k], weight[k], sum);
        }
        STORE(OUT)(silu ? sum / (1 + exp(-sum)) : sum, Y + row_at(row, yv), c);
        for (uint k = 0; k + 1 < KEPT; k++) {
            seen[k] = seen[k + 1];
        }
        seen[KEPT - 1] = now;
        for (uint k = 0; k < KEPT && write[row] >= 0; k++) {
            store_F32(seen[k], S + row_at(write[row] * KEPT + k, sv), c);
        }
    }
}
