#include "common.cl"

// What attention keeps of a query's keys: the largest score, the total of the weights exp(score - largest), and the sums of the values by weight (Milakov
// and Gimelshein 2018). Keys are cut into parts of PART, by their positions in the sequence. A part is summed up from nothing, and the parts are
// joined in order. So a query's bits depend on its own keys alone, whoever sums up which part.

#define PART 256

// Widths are rounded up to LANES where sums are kept; a part leaves sums, largest score and total.
#define LANES 16
#define PADDED(n) (((n) + LANES - 1) / LANES * LANES)

#pragma OPENCL FP_CONTRACT OFF

// e^x for x <= 0, the same bits for a number and for a vector of them: 2^n e^r with |r| <= ln(2) / 2, by the polynomial of Cephes (Moshier). What would
// be subnormal is 0.
#define EXPONENTIAL(name, F, I)                                                                                        \
    static inline F name(F x) {                                                                                        \
        F n = rint(x * 1.44269504f);                                                                                   \
        F r = fma(n, (F) (-1.42860677e-6f), fma(n, (F) (-0.693145752f), x));                                           \
        F p = fma((F) (1.9875691500e-4f), r, (F) (1.3981999507e-3f));                                                  \
        p = fma(p, r, (F) (8.3334519073e-3f));                                                                         \
        p = fma(p, r, (F) (4.1665795894e-2f));                                                                         \
        p = fma(p, r, (F) (1.6666665459e-1f));                                                                         \
        p = fma(p, r, (F) (5.0000001201e-1f));                                                                         \
        F y = fma(p, r * r, r + 1) * as_##F((convert_##I(n) + 127) << 23);                                               \
        return select(y, (F) 0, isless(x, (F) (-87)));                                                                 \
    }
EXPONENTIAL(exponential, float, int)
EXPONENTIAL(exponential16, float16, int16)

// What scores are told from: the largest, or 0 where there is none.
static inline float from_largest(float largest) {
    return largest == -INFINITY ? 0 : largest;
}

// The largest score and the total of some keys of a query.
typedef struct {
    float largest, total;
} Found;

static inline Found nothing_found(void) {
    Found found = {-INFINITY, 0};
    return found;
}

// Joins a part that isn't empty to those before it; sums become before.x * sum + before.y * part's.
static inline Found joined(Found before, Found part, float2 *factors) {
    float now = fmax(before.largest, part.largest), at = from_largest(now);
    factors->x = exponential(before.largest - at);
    factors->y = exponential(part.largest - at);
    Found found = {now, fma(before.total, factors->x, part.total * factors->y)};
    return found;
}

#define JOINED(before, part, factors) fma(before, factors.x, part * factors.y)

static inline float mean(float sum, float total) {
    return total == 0 ? 0 : sum / total;
}
