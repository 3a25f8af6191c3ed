#include "activations.cl"

// Activations of elements of type X, written as OUT, computed in F32. A unit is an element; all operands' rows are seen as those of the output.

// Where the elements are that a run has in one row, and how many.
#define PARTS(units, run)                                                                                              \
    ulong end = END(units, run);                                                                                       \
    for (ulong at = FIRST(run), n; at < end; at += n) {                                                                \
        ulong row = at / WIDTH(yv), column = at % WIDTH(yv);                                                           \
        n = min(WIDTH(yv) - column, end - at);
#define PARTS_END }
#define PLACE(memory, v) (memory + row_at(row, v) + column * INNER(v))

kernel void activate(bytes Y, ulong8 yv, bytes P, ulong8 pv, ulong function, ulong units, ulong run) {
    PARTS(units, run)
    bytes y = PLACE(Y, yv), p = PLACE(P, pv);
    for (ulong i = 0; i < n; i++, p += INNER(pv)) {
        float x = LOAD(X)(p, 0);
        STORE(OUT)(activated(function, x), y, i);
    }
    PARTS_END
}

kernel void gated(bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes Q, ulong8 qv, ulong function, ulong units, ulong run) {
    PARTS(units, run)
    bytes y = PLACE(Y, yv), p = PLACE(P, pv), q = PLACE(Q, qv);
    for (ulong i = 0; i < n; i++, p += INNER(pv), q += INNER(qv)) {
        float x = LOAD(X)(p, 0);
        STORE(OUT)(activated(function, x) * LOAD(X)(q, 0), y, i);
    }
    PARTS_END
}
