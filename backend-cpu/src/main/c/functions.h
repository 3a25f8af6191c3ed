/* Arithmetic of vectors beyond what the compiler's operators give: sums rounded once, comparisons, e^x. */
#ifndef TENON_FUNCTIONS_H
#define TENON_FUNCTIONS_H

#include "lanes.h"

/* a * b + c, rounded once where the processor can. Said and not left to the compiler: forms of one sum must have the same bits. */
INLINE vf fused(vf a, vf b, vf c) {
#if LANES == 16
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif LANES == 8
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

INLINE vf choose(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }

/* The larger; b where either is NaN. */
INLINE vf larger(vf a, vf b) {
#if LANES == 16
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif LANES == 8
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return choose(a > b, a, b);
#endif
}

/* The smaller; b where either is NaN. */
INLINE vf smaller(vf a, vf b) {
#if LANES == 16
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif LANES == 8
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
    return choose(a < b, a, b);
#endif
}

/* The sum of all lanes, by halves. */
INLINE float sum_of(vf x) {
    float sums[LANES];
    store_f32(sums, x);
    for (int half = LANES / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
            sums[i] += sums[i + half];
        }
    }
    return sums[0];
}

/*
 * e^x within 2 units in the last place: x = n ln 2 + r, ln 2 in two parts, the first with trailing zeros, so that a multiple of it is exact (Cody and
 * Waite 1980); a polynomial in r (Cephes, expf); and 2^n. Subnormal and infinite results come out right, and NaN stays NaN.
 */
INLINE vf exponential(vf x) {
    vf bounded = larger(splat(-104.f), smaller(splat(89.f), x));
    vf rounder = splat(12582912.f); /* 1.5 * 2^23: added and subtracted, it rounds to a whole number */
    vf n = fused(bounded, splat(1.44269504f), rounder) - rounder;
    vf r = fused(n, splat(2.12194440e-4f), fused(n, splat(-0.693359375f), bounded));
    vf p = fused(r, splat(1.9875691500e-4f), splat(1.3981999507e-3f));
    p = fused(p, r, splat(8.3334519073e-3f));
    p = fused(p, r, splat(4.1665795894e-2f));
    p = fused(p, r, splat(1.6666665459e-1f));
    p = fused(p, r, splat(5.0000001201e-1f));
    p = fused(p * r, r, r) + 1.f;
#if LANES == 16
    return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    vi whole = __builtin_convertvector(n, vi); /* of NaN some number: the product is NaN all the same */
    vi half = whole >> 1;
    return p * (vf)((half + 127) << 23) * (vf)((whole - half + 127) << 23);
#endif
}

/* tanh x within 4 units in the last place: a polynomial near zero, where the quotient would cancel (Cephes, tanhf); NaN stays NaN. */
INLINE vf hyperbolic_tangent(vf x) {
    vi sign = (vi)x & (vi)splat(-0.f);
    vf magnitude = (vf)((vi)x ^ sign);
    vf e = exponential(magnitude * -2.f);
    vf far = (vf)((vi)((1.f - e) / (1.f + e)) | sign);
    vf z = x * x;
    vf p = fused(z, splat(-5.70498872745e-3f), splat(2.06390887954e-2f));
    p = fused(p, z, splat(-5.37397155531e-2f));
    p = fused(p, z, splat(1.33314422036e-1f));
    p = fused(p, z, splat(-3.33332819422e-1f));
    return choose(magnitude < 0.625f, fused(p * z, x, x), far);
}

#endif
