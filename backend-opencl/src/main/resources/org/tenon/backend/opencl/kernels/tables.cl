#include "common.cl"

// Rows of a table of type X, written as OUT. A unit is a row; a negative id gives zeros.
kernel void embedding(bytes Y, ulong8 yv, bytes T, ulong8 tv, bytes I, ulong8 iv, ulong units, ulong run) {
    ulong n = WIDTH(tv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        int id = ((global int *) (I + iv.s0))[row];
        bytes y = Y + row_at(row, yv), x = T + row_at(max(id, 0), tv);
        for (ulong i = 0; i < n; i++) {
            STORE(OUT)(id < 0 ? 0.0f : LOAD(X)(x, i), y, i);
        }
    }
}

// The same of a table in panels of 32 rows, turned: [k][32].
kernel void embedding_panels(bytes Y, ulong8 yv, bytes T, ulong8 tv, bytes I, ulong8 iv, ulong units, ulong run) {
    ulong n = WIDTH(tv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        int id = ((global int *) (I + iv.s0))[row];
        bytes y = Y + row_at(row, yv), x = T + tv.s0 + max(id, 0) / 32 * n * 32 * SIZE(X);
        for (ulong i = 0; i < n; i++) {
            STORE(OUT)(id < 0 ? 0.0f : LOAD(X)(x, i * 32 + id % 32), y, i);
        }
    }
}

// Rows into the blocks of a cache's pool [blocks, heads, size, width], as they are. A unit is a head of a row; a negative slot is none.
kernel void cache_write(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes I, ulong8 iv, ulong heads, ulong units, ulong run) {
    ulong end = END(units, run), bytes_of_row = WIDTH(pv) * SIZE(X);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        int slot = ((global int *) (I + iv.s0))[unit / heads];
        if (slot >= 0) {
            bytes y = Y + yv.s0 + slot / yv.s6 * yv.s1 + unit % heads * yv.s2 + slot % yv.s6 * yv.s3;
            bytes x = P + row_at(unit, pv);
            for (ulong i = 0; i < bytes_of_row; i += 2) {
                *(global ushort *) (y + i) = *(global ushort *) (x + i);
            }
        }
    }
}
