#include "panels.cl"

// Rows of type X in blocks, F32. A unit is a row.
kernel void pack(bytes TO, ulong at, bytes P, ulong8 pv, ulong rows, ulong units, ulong run) {
    ulong k = WIDTH(pv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        ulong first, size;
        block_of(row, rows, &first, &size);
        global float *to = (global float *) (TO + at) + first * k + (row - first);
        bytes x = P + row_at(row, pv);
        for (ulong i = 0; i < k; i++) {
            to[i * size] = LOAD(X)(x, i);
        }
    }
}
