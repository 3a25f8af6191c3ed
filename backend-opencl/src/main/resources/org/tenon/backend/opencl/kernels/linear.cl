#include "panels.cl"

// Products of rows in F32 with a weight matrix of type W: y = x w^T + b. The output's type is a number: F32, F16, BF16.

static inline void put_one(float sum, ulong type, bytes y, ulong i) {
    switch (type) {
    case 0:
        store_F32(sum, y, i);
        break;
    case 1:
        store_F16(sum, y, i);
        break;
    default:
        store_BF16(sum, y, i);
    }
}

static inline void put(float16 sums, bytes B, ulong8 bv, ulong type, ulong column, ulong n, bytes y) {
    if (type == 0 && column + 16 <= n) {
        store16_F32(B ? sums + load16_F32(B + bv.s0, column) : sums, y, column);
        return;
    }
    float each[16];
    vstore16(sums, 0, each);
    for (ulong i = 0; i < 16 && column + i < n; i++) {
        put_one(B ? each[i] + load_F32(B + bv.s0, column + i) : each[i], type, y, column + i);
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

// The weight's rows as they lie. A unit is sixteen of them, with all rows of x.
kernel void dense(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong rows, ulong units, ulong run) {
    ulong n = WIDTH(yv), k = WIDTH(pv), end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong from = unit * 16, to = min(from + 16, n);
        for (ulong row = 0; row < rows; row++) {
            bytes x = P + row_at(row, pv), y = Y + row_at(row, yv);
            float sums[16];
            ulong column = from;
            for (; column + 4 <= to; column += 4) {
                bytes a = M + row_at(column, mv), b = M + row_at(column + 1, mv);
                bytes c = M + row_at(column + 2, mv), d = M + row_at(column + 3, mv);
                float16 as = 0, bs = 0, cs = 0, ds = 0;
                ulong i = 0;
                for (; i + 16 <= k; i += 16) {
                    float16 xs = load16_F32(x, i);
                    as = fma(xs, LOAD16(W)(a, i), as);
                    bs = fma(xs, LOAD16(W)(b, i), bs);
                    cs = fma(xs, LOAD16(W)(c, i), cs);
                    ds = fma(xs, LOAD16(W)(d, i), ds);
                }
                float4 all = (float4) (sum16(as), sum16(bs), sum16(cs), sum16(ds));
                for (; i < k; i++) {
                    all = fma((float4) (load_F32(x, i)),
                        (float4) (LOAD(W)(a, i), LOAD(W)(b, i), LOAD(W)(c, i), LOAD(W)(d, i)), all);
                }
                vstore4(all, 0, sums + (column - from));
            }
            for (; column < to; column++) {
                bytes a = M + row_at(column, mv);
                float16 as = 0;
                ulong i = 0;
                for (; i + 16 <= k; i += 16) {
                    as = fma(load16_F32(x, i), LOAD16(W)(a, i), as);
                }
                float sum = sum16(as);
                for (; i < k; i++) {
                    sum = fma(load_F32(x, i), LOAD(W)(a, i), sum);
                }
                sums[column - from] = sum;
            }
            for (column = from; column < to; column++) {
                float sum = sums[column - from];
                put_one(B ? sum + load_F32(B + bv.s0, column) : sum, type, y, column);
            }
        }
    }
}
