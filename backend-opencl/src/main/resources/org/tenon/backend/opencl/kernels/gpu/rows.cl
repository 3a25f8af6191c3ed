#include "common.cl"
#include "gpu/sums.cl"

// The primitives whose unit is a row: reductions, and rows put elsewhere by index. Neighbouring items have neighbouring numbers.

kernel void reduce_sum(bytes Y, ulong8 yv, bytes X, ulong8 xv) {
    local float room[GROUP];
    bytes x = X + row_at(get_group_id(0), xv);
    float part = 0;
    for (ulong i = get_local_id(0); i < WIDTH(xv); i += GROUP) {
        part += load_F32(x, i);
    }
    float sum = group_sum(part, room);
    if (get_local_id(0) == 0) {
        store_F32(sum, Y + row_at(get_group_id(0), yv), 0);
    }
}

kernel void reduce_max(bytes Y, ulong8 yv, bytes X, ulong8 xv) {
    local float room[GROUP];
    bytes x = X + row_at(get_group_id(0), xv);
    float part = -INFINITY;
    for (ulong i = get_local_id(0); i < WIDTH(xv); i += GROUP) {
        float value = load_F32(x, i);
        part = isnan(value) || value > part ? value : part;
    }
    float most = group_max(part, room);
    if (get_local_id(0) == 0) {
        store_F32(most, Y + row_at(get_group_id(0), yv), 0);
    }
}

// Row i of the one is row index[i / inner] * inner + i % inner of the other; a negative index is a row of zeros.
#define GATHER(name, type)                                                                                             \
    kernel void name(bytes Y, ulong8 yv, bytes X, ulong8 xv, bytes I, ulong8 iv, ulong inner) {                        \
        ulong row = get_group_id(0);                                                                                   \
        int from = ((global int *) (I + iv.s0))[row / inner];                                                          \
        global type *y = (global type *) (Y + row_at(row, yv));                                                        \
        global type *x = (global type *) (X + row_at((ulong) max(from, 0) * inner + row % inner, xv));                 \
        for (ulong i = get_local_id(0); i < WIDTH(yv); i += GROUP) { y[i] = from < 0 ? 0 : x[i]; }                     \
    }
GATHER(gather_4, uint)
GATHER(gather_2, ushort)
GATHER(gather_1, uchar)

#define SCATTER(name, type)                                                                                            \
    kernel void name(bytes Y, ulong8 yv, bytes X, ulong8 xv, bytes I, ulong8 iv, ulong inner) {                        \
        ulong row = get_group_id(0);                                                                                   \
        int to = ((global int *) (I + iv.s0))[row / inner];                                                            \
        global type *y = (global type *) (Y + row_at((ulong) max(to, 0) * inner + row % inner, yv));                   \
        global type *x = (global type *) (X + row_at(row, xv));                                                        \
        for (ulong i = get_local_id(0); to >= 0 && i < WIDTH(xv); i += GROUP) { y[i] = x[i]; }                         \
    }
SCATTER(scatter_4, uint)
SCATTER(scatter_2, ushort)
SCATTER(scatter_1, uchar)
