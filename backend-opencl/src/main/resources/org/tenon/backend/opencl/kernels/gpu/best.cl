#include "common.cl"
#include "entries.cl"

// The best of rows as in best.cl, a part, and then a row, by a work-group. Each item knows the best of what is its own and not taken yet; in each turn the group
// takes the best of these, and the item whose it was looks for its next.

static inline long group_best(long mine, local long *places) {
    uint item = get_local_id(0);
    places[item] = mine;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_group = GROUP / 2; half_group > 0; half_group /= 2) {
        if (item < half_group) {
            places[item] = max(places[item], places[item + half_group]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    long best = places[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return best;
}

static inline long next_of_columns(global const float *x, ulong start, ulong stop, long before) {
    long next = LONG_MIN;
    for (ulong i = start + get_local_id(0); i < stop; i += GROUP) {
        long one = entry(x[i], i);
        next = one < before ? max(next, one) : next;
    }
    return next;
}

static inline long next_of_entries(global const long *entries, ulong count, long before) {
    long next = LONG_MIN;
    for (ulong i = get_local_id(0); i < count; i += GROUP) {
        next = entries[i] < before ? max(next, entries[i]) : next;
    }
    return next;
}

// A unit is a part of a row.
kernel void best_of_part(bytes L, ulong8 lv, bytes ROOM, ulong room, ulong k, ulong part) {
    local long places[GROUP];
    ulong width = WIDTH(lv), parts = (width + part - 1) / part, unit = get_group_id(0);
    ulong start = unit % parts * part, stop = min(start + part, width);
    global const float *x = (global const float *) (L + row_at(unit / parts, lv));
    global long *best = (global long *) (ROOM + room) + unit * k;
    long mine = next_of_columns(x, start, stop, LONG_MAX);
    for (ulong c = 0; c < k; c++) {
        long found = group_best(mine, places);
        if (get_local_id(0) == 0) {
            best[c] = found;
        }
        if (mine == found && found > LONG_MIN) {
            mine = next_of_columns(x, start, stop, found);
        }
    }
}

// A unit is a row.
kernel void best_of_row(bytes IDS, ulong8 iv, bytes VALUES, ulong8 vv, bytes L, ulong8 lv, bytes ROOM, ulong room, ulong parts) {
    local long places[GROUP];
    ulong k = WIDTH(iv), row = get_group_id(0);
    global const long *entries = (global const long *) (ROOM + room) + row * parts * k;
    global const float *x = (global const float *) (L + row_at(row, lv));
    long mine = next_of_entries(entries, parts * k, LONG_MAX);
    for (ulong c = 0; c < k; c++) {
        long found = group_best(mine, places);
        if (get_local_id(0) == 0) {
            ((global int *) (IDS + row_at(row, iv)))[c] = INDEX(found);
            ((global float *) (VALUES + row_at(row, vv)))[c] = x[INDEX(found)];
        }
        if (mine == found) {
            mine = next_of_entries(entries, parts * k, found);
        }
    }
}
