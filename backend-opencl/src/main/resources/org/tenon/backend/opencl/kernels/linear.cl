#include "panels.cl"

// Products of rows in F32 with a weight matrix of type W: y = x w^T + b. The output's type is a number (common.cl).

static inline void put(float16 sums, bytes B, ulong8 bv, ulong type, ulong column, ulong n, bytes y) {
    if (type == 0 && column + 16 <= n) {
        store16_F32(B ? sums + load16_F32(B + bv.s0, column) : sums, y, column);
        return;
    }
    float each[16];
    vstore16(sums, 0, each);
    for (ulong i = 0; i < 16 && column + i < n; i++) {
        store_as(type, B ? each[i] + load_F32(B + bv.s0, column + i) : each[i], y, column + i);
    }
}

// Rows in blocks (pack.cl) against panels. A unit is a panel with twelve rows; units of one panel follow one another, so that it stays in the cache.
kernel void panels(
    bytes Y, ulong8 yv, bytes X, ulong at, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong rows, ulong units, ulong run) {
    ulong n = WIDTH(yv), k = WIDTH(mv), blocks = (rows + MANY - 1) / MANY, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong column = unit / blocks * COLUMNS, row = unit % blocks * MANY, last = min(row + MANY, rows);
        while (row < last) {
            ulong first, size;
            block_of(row, rows, &first, &size);
            float sums[MANY * COLUMNS];
            multiply((global const float *) (X + at) + row * k, size, M + mv.s0 + column * k * SIZE(W), k, sums);
            for (ulong r = 0; r < size; r++, row++) {
                bytes y = Y + row_at(row, yv);
                put(vload16(2 * r, sums), B, bv, type, column, n, y);
                put(vload16(2 * r + 1, sums), B, bv, type, column + 16, n, y);
            }
        }
    }
}
