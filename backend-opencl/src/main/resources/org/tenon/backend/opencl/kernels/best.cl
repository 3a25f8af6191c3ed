#include "common.cl"
#include "entries.cl"

// The best of rows, each row cut into parts: first the best of each part, then, of what those found, the best of the row.

// Puts what is better than the last of k in its place.
static inline void enter(global long *best, ulong k, long better) {
    ulong at = k - 1;
    for (; at > 0 && best[at - 1] < better; at--) {
        best[at] = best[at - 1];
    }
    best[at] = better;
}

// A unit is a part of a row.
kernel void best_of_part(bytes L, ulong8 lv, bytes ROOM, ulong room, ulong k, ulong part, ulong units, ulong run) {
    ulong width = WIDTH(lv), parts = (width + part - 1) / part, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        global const float *x = (global const float *) (L + row_at(unit / parts, lv));
        global long *best = (global long *) (ROOM + room) + unit * k;
        ulong i = unit % parts * part, stop = min(i + part, width);
        for (ulong c = 0; c < k; c++) {
            best[c] = LONG_MIN;
        }
        for (ulong first = min(i + k, stop); i < first; i++) {
            enter(best, k, entry(x[i], i));
        }
        while (i < stop) {
            float least = x[INDEX(best[k - 1])];
            while (i + 16 <= stop && all(load16_F32(x, i) <= least)) { // an equal one comes later, and NaN isn't less
                i += 16;
            }
            for (ulong some = min(i + 16, stop); i < some; i++) {
                long next = entry(x[i], i);
                if (next > best[k - 1]) {
                    enter(best, k, next);
                }
            }
        }
    }
}

// A unit is a row.
kernel void best_of_row(
    bytes IDS, ulong8 iv, bytes VALUES, ulong8 vv, bytes L, ulong8 lv, bytes ROOM, ulong room, ulong parts, ulong units, ulong run) {
    ulong k = WIDTH(iv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        global long *best = (global long *) (ROOM + room) + row * parts * k;
        for (ulong part = 1; part < parts; part++) {
            global const long *more = best + part * k;
            for (ulong c = 0; c < k && more[c] > best[k - 1]; c++) {
                enter(best, k, more[c]);
            }
        }
        global const float *x = (global const float *) (L + row_at(row, lv));
        for (ulong c = 0; c < k; c++) {
            ulong index = INDEX(best[c]);
            ((global int *) (IDS + row_at(row, iv)))[c] = index;
            ((global float *) (VALUES + row_at(row, vv)))[c] = x[index];
        }
    }
}
