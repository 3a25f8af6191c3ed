#include "gpu/sums.cl"

// Products of few rows, of type X, with rows of weights, of type W: a team reads a row of weights together, 8 numbers an item, once for four rows.

// Eight neighbours, the first at a multiple of 16 bytes or anywhere.
#define aligned8_F32(p, i) (float8) (((global const float4 *) ((global const float *) (p) + (i)))[0], ((global const float4 *) ((global const float *) (p) + (i)))[1])
#define aligned8_F16(p, i) vloada_half8(0, (global const half *) (p) + (i))
#define aligned8_BF16(p, i) as_float8(convert_uint8(*(global const ushort8 *) ((global const ushort *) (p) + (i))) << 16)
#define any8_F32(p, i) vload8(0, (global const float *) (p) + (i))
#define any8_F16(p, i) vload_half8(0, (global const half *) (p) + (i))
#define any8_BF16(p, i) as_float8(convert_uint8(vload8(0, (global const ushort *) (p) + (i))) << 16)
#define LOAD8(type, aligned, p, i) ((aligned) ? NAMED(aligned8_, type)(p, i) : NAMED(any8_, type)(p, i))

static inline float sum8(float8 x) {
    float4 a = x.lo + x.hi;
    float2 b = a.lo + a.hi;
    return b.x + b.y;
}

#define COLUMNS 4 // of a work-group
#define ROWS 4

// An item's part of the products of up to four rows with a row of weights.
static inline float4 team_part(const bytes *xs, uint rows, bytes w, ulong k, ulong aligned) {
    uint mate = MATE, mates = MATES;
    float8 many[ROWS] = {0, 0, 0, 0};
    for (ulong i = mate * 8; i + 8 <= k; i += mates * 8) {
        float8 weights = LOAD8(W, aligned, w, i);
        for (uint r = 0; r < ROWS; r++) {
            if (r < rows) {
                many[r] = fma(weights, LOAD8(X, aligned, xs[r], i), many[r]);
            }
        }
    }
    float some[ROWS];
    for (uint r = 0; r < ROWS; r++) {
        some[r] = sum8(many[r]);
        for (ulong i = k / 8 * 8 + mate; i < k && r < rows; i += mates) {
            some[r] = fma(LOAD(X)(xs[r], i), LOAD(W)(w, i), some[r]);
        }
    }
    return vload4(0, some);
}
