#include "common.cl"

// The primitives whose unit is a row: reductions, and rows put elsewhere by index.

kernel void reduce_sum(bytes Y, ulong8 yv, bytes X, ulong8 xv, ulong units, ulong run) {
    ulong end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        bytes x = X + row_at(row, xv);
        ulong n = WIDTH(xv), i = 0;
        float16 many = 0;
        for (; i + 16 <= n; i += 16) {
            many += load16_F32(x, i);
        }
        float sum = sum16(many);
        for (; i < n; i++) {
            sum += load_F32(x, i);
        }
        store_F32(sum, Y + row_at(row, yv), 0);
    }
}

kernel void reduce_max(bytes Y, ulong8 yv, bytes X, ulong8 xv, ulong units, ulong run) {
    ulong end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        bytes x = X + row_at(row, xv);
        float most = -INFINITY;
        for (ulong i = 0; i < WIDTH(xv); i++) {
            float value = load_F32(x, i);
            most = isnan(value) || value > most ? value : most; // a NaN stays, for nothing is larger
        }
        store_F32(most, Y + row_at(row, yv), 0);
    }
}

// Row i of the one is row index[i / inner] * inner + i % inner of the other; a negative index is a row of zeros.
#define GATHER(name, type)                                                                                             \
    kernel void name(                                                                                                  \
        bytes Y, ulong8 yv, bytes X, ulong8 xv, bytes I, ulong8 iv, ulong inner, ulong units, ulong run) {             \
        ulong end = END(units, run);                                                                                   \
        for (ulong row = FIRST(run); row < end; row++) {                                                               \
            int from = ((global int *) (I + iv.s0))[row / inner];                                                      \
            global type *y = (global type *) (Y + row_at(row, yv));                                                    \
            if (from < 0) {                                                                                            \
                for (ulong i = 0; i < WIDTH(yv); i++) { y[i] = 0; }                                                    \
            } else {                                                                                                   \
                global type *x = (global type *) (X + row_at((ulong) from * inner + row % inner, xv));                 \
                for (ulong i = 0; i < WIDTH(yv); i++) { y[i] = x[i]; }                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }
GATHER(gather_4, uint)
GATHER(gather_2, ushort)
GATHER(gather_1, uchar)

#define SCATTER(name, type)                                                                                            \
    kernel void name(                                                                                                  \
        bytes Y, ulong8 yv, bytes X, ulong8 xv, bytes I, ulong8 iv, ulong inner, ulong units, ulong run) {             \
        ulong end = END(units, run);                                                                                   \
        for (ulong row = FIRST(run); row < end; row++) {                                                               \
            int to = ((global int *) (I + iv.s0))[row / inner];                                                        \
            if (to >= 0) {                                                                                             \
                global type *y = (global type *) (Y + row_at((ulong) to * inner + row % inner, yv));                   \
                global type *x = (global type *) (X + row_at(row, xv));                                                \
                for (ulong i = 0; i < WIDTH(xv); i++) { y[i] = x[i]; }                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }
SCATTER(scatter_4, uint)
SCATTER(scatter_2, ushort)
SCATTER(scatter_1, uchar)
