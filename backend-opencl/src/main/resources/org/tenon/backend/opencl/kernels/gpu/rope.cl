#include "common.cl"

// Rotary position embedding of heads of type X, written as OUT. A unit is a head of a row, an item a pair.
kernel void rope(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes C, ulong8 cv, bytes S, ulong8 sv, ulong heads, ulong interleaved) {
    ulong head = get_group_id(0);
    uint pairs = WIDTH(cv);
    bytes x = P + row_at(head, pv), y = Y + row_at(head, yv);
    bytes cosines = C + row_at(head / heads, cv), sines = S + row_at(head / heads, sv);
    for (uint i = get_local_id(0); i < pairs; i += GROUP) {
        uint a = interleaved ? 2 * i : i, b = interleaved ? 2 * i + 1 : i + pairs;
        float first = LOAD(X)(x, a), second = LOAD(X)(x, b), c = load_F32(cosines, i), s = load_F32(sines, i);
        STORE(OUT)(first * c - second * s, y, a);
        STORE(OUT)(second * c + first * s, y, b);
    }
    for (uint i = 2 * pairs + get_local_id(0); i < WIDTH(pv); i += GROUP) {
        STORE(OUT)(LOAD(X)(x, i), y, i);
    }
}
