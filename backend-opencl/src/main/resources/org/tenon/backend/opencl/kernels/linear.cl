// Products of rows in F32 with a weight matrix of type W: y = x w^T + b. On panels, sums run along the inner dimension in order, so that a row's bits
// don't depend on the rows beside it. The output's type is a number: F32, F16, BF16.

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

// Rows of x against a panel of 32 columns, [inner, 32]: each number of x meets 32 weights that lie together.
#define ROW(r) float16 low##r = 0, high##r = 0; bytes x##r = P + row_at(row + r, pv);
#define STEP(r)                                                                                                        \
    {                                                                                                                  \
        float16 x = (float16) (load_F32(x##r, i));                                                                      \
        low##r = fma(x, w0, low##r);                                                                                   \
        high##r = fma(x, w1, high##r);                                                                                 \
    }
#define DONE(r)                                                                                                        \
    put(low##r, B, bv, type, column, n, Y + row_at(row + r, yv));                                                            \
    put(high##r, B, bv, type, column + 16, n, Y + row_at(row + r, yv));
#define BLOCK(EACH)                                                                                                    \
    {                                                                                                                  \
        EACH(ROW)                                                                                                      \
        for (ulong i = 0; i < k; i++) {                                                                                \
            float16 w0 = LOAD16(W)(panel, 32 * i), w1 = LOAD16(W)(panel, 32 * i + 16);                                 \
            EACH(STEP)                                                                                                 \
        }                                                                                                              \
        EACH(DONE)                                                                                                     \
    }
#define EACH1(D) D(0)
#define EACH4(D) D(0) D(1) D(2) D(3)
#define EACH12(D) D(0) D(1) D(2) D(3) D(4) D(5) D(6) D(7) D(8) D(9) D(10) D(11)

// A unit is a panel with twelve rows: as many sums as a processor with vectors of sixteen has registers for.
kernel void panels(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong rows, ulong units, ulong run) {
    ulong n = WIDTH(yv), k = WIDTH(pv), blocks = (rows + 11) / 12, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong column = unit / blocks * 32, row = unit % blocks * 12, last = min(row + 12, rows);
        bytes panel = M + mv.s0 + column * k * SIZE(W);
        if (row + 12 == last) {
            BLOCK(EACH12)
            continue;
        }
        for (; row + 4 <= last; row += 4) {
            BLOCK(EACH4)
        }
        for (; row < last; row++) {
            BLOCK(EACH1)
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
