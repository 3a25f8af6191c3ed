#include "common.cl"

// Rows of a table of type X, written as OUT. A unit is a row; a negative id gives zeros.
kernel void embedding(bytes Y, ulong8 yv, bytes T, ulong8 tv, bytes I, ulong8 iv) {
    int id = ((global int *) (I + iv.s0))[get_group_id(0)];
    bytes y = Y + row_at(get_group_id(0), yv), x = T + row_at(max(id, 0), tv);
    for (ulong i = get_local_id(0); i < WIDTH(tv); i += GROUP) {
        STORE(OUT)(id < 0 ? 0.0f : LOAD(X)(x, i), y, i);
    }
}

// Rows into the blocks of a cache's pool [blocks, heads, size, width], as they are. A unit is a head of a row; a negative slot is none.
kernel void cache_write(bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes I, ulong8 iv, ulong heads) {
    ulong unit = get_group_id(0), halves = WIDTH(pv) * SIZE(X) / 2;
    int slot = ((global int *) (I + iv.s0))[unit / heads], at = max(slot, 0);
    global ushort *y = (global ushort *) (Y + yv.s0 + at / yv.s6 * yv.s1 + unit % heads * yv.s2 + at % yv.s6 * yv.s3);
    global const ushort *x = (global const ushort *) (P + row_at(unit, pv));
    for (ulong i = get_local_id(0); slot >= 0 && i < halves; i += GROUP) {
        y[i] = x[i];
    }
}
