/*
 * What is done to one row of activations: norms, gates and activations, rotations. Computed in F32, sums of squares in double precision; every element
 * is computed in the same way wherever it stands in a row.
 */
#include "functions.h"

#include <math.h>

typedef double vd __attribute__((vector_size(8 * LANES)));

/* Calls body(from, to) with both types known to the compiler. */
#define BY_TYPES(from, to, body)                 \
    switch ((from) * 3 + (to)) {                 \
    case F32 * 3 + F32: body(F32, F32); break;   \
    case F32 * 3 + BF16: body(F32, BF16); break; \
    case F32 * 3 + F16: body(F32, F16); break;   \
    case BF16 * 3 + F32: body(BF16, F32); break; \
    case BF16 * 3 + BF16: body(BF16, BF16); break; \
    case BF16 * 3 + F16: body(BF16, F16); break; \
    case F16 * 3 + F32: body(F16, F32); break;   \
    case F16 * 3 + BF16: body(F16, BF16); break; \
    default: body(F16, F16);                     \
    }

INLINE double total(const vd *lanes) {
    double sum = 0;
    for (int i = 0; i < LANES; i++) {
        sum += (*lanes)[i];
    }
    return sum;
}

/* ---- y = x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019) ---- */

INLINE void rms_norm(enum type from, enum type to, const char *x, const char *weight, char *y, int64_t width, double epsilon) {
    vd squares = {0};
    for (int64_t i = 0; i < width; i += LANES) {
        vd wide = __builtin_convertvector(part(from, x, i, width), vd);
        squares += wide * wide;
    }
    vf factor = splat((float)(1 / sqrt(total(&squares) / (double)width + epsilon)));
    for (int64_t i = 0; i < width; i += LANES) {
        put_part(to, y, i, width, part(from, x, i, width) * factor * part(F32, weight, i, width));
    }
}

void KERNEL(tenon_rms_norm)(const char *x, int from, const char *weight, char *y, int to, int64_t width, double epsilon) {
#define BODY(from, to) rms_norm(from, to, x, weight, y, width, epsilon)
    BY_TYPES(from, to, BODY)
#undef BODY
}

/* ---- y = (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias (Ba et al. 2016) ---- */

INLINE void layer_norm(enum type from, enum type to, const char *x, const char *weight, const char *bias, char *y, int64_t width,
                       double epsilon) {
    vd sums = {0};
    for (int64_t i = 0; i < width; i += LANES) {
        sums += __builtin_convertvector(part(from, x, i, width), vd);
    }
    double mean = total(&sums) / (double)width;
    vd squares = {0};
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        vd centred = __builtin_convertvector(part(from, x, i, width), vd) - mean;
        squares += centred * centred;
    }
    if (i < width) {
        vd centred = __builtin_convertvector(part(from, x, i, width), vd) - mean;
        for (int64_t lane = width - i; lane < LANES; lane++) {
            centred[lane] = 0; /* lanes beyond the row aren't of it */
        }
        squares += centred * centred;
    }
    vf factor = splat((float)(1 / sqrt(total(&squares) / (double)width + epsilon)));
    for (i = 0; i < width; i += LANES) {
        vd centred = __builtin_convertvector(part(from, x, i, width), vd) - mean;
        vf scaled = __builtin_convertvector(centred, vf) * factor * part(F32, weight, i, width);
        put_part(to, y, i, width, bias == NULL ? scaled : scaled + part(F32, bias, i, width));
    }
}

/* With `bias` at zero nothing is added. */
void KERNEL(tenon_layer_norm)(const char *x, int from, const char *weight, const char *bias, char *y, int to, int64_t width, double epsilon) {
#define BODY(from, to) layer_norm(from, to, x, weight, bias, y, width, epsilon)
    BY_TYPES(from, to, BODY)
#undef BODY
}

/* ---- y = f(x), and y = f(gate) * up (Shazeer 2020) ---- */

/* Activations, by the numbers that Java gives them. */
enum activation { SILU = 0, GELU = 1, GELU_TANH = 2, RELU = 3, RELU_SQUARED = 4 };

/* x/2 (1 + erf(x / sqrt 2)), with erf by Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. */
INLINE vf gelu(vf x) {
    vf magnitude = larger(x, -x) * 0.70710678f;
    vf t = 1.f / fused(splat(0.3275911f), magnitude, splat(1.f));
    vf p = fused(splat(1.061405429f), t, splat(-1.453152027f));
    p = fused(p, t, splat(1.421413741f));
    p = fused(p, t, splat(-0.284496736f));
    p = fused(p, t, splat(0.254829592f));
    vf rest = p * t * exponential(-0.5f * x * x); /* 1 - erf(|x| / sqrt 2) */
    return 0.5f * x * choose(x < (vf){0}, rest, 2.f - rest);
}

INLINE vf activated(enum activation f, vf x) {
    switch (f) {
    case SILU: return x / (1.f + exponential(-x));
    case GELU: return gelu(x);
    /* x/2 (1 + tanh u) = x / (1 + e^-2u), which loses nothing to cancellation; u = sqrt(2 / pi) (x + 0.044715 x^3) */
    case GELU_TANH: return x / (1.f + exponential(fused(0.044715f * x * x, x, x) * -1.5957691216f));
    case RELU: return larger((vf){0}, x);
    default: return larger((vf){0}, x) * larger((vf){0}, x);
    }
}

INLINE void gated(enum activation f, enum type from, enum type to, const char *gate, const char *up, char *y, int64_t width) {
    for (int64_t i = 0; i < width; i += LANES) {
        vf value = activated(f, part(from, gate, i, width));
        put_part(to, y, i, width, up == NULL ? value : value * part(from, up, i, width));
    }
}

/* With `up` at zero nothing is multiplied. */
void KERNEL(tenon_gated)(int f, const char *gate, const char *up, int from, char *y, int to, int64_t width) {
#define BODY(from, to)                                                   \
    switch (f) {                                                         \
    case SILU: gated(SILU, from, to, gate, up, y, width); break;         \
    case GELU: gated(GELU, from, to, gate, up, y, width); break;         \
    case GELU_TANH: gated(GELU_TANH, from, to, gate, up, y, width); break; \
    case RELU: gated(RELU, from, to, gate, up, y, width); break;         \
    default: gated(RELU_SQUARED, from, to, gate, up, y, width);          \
    }
    BY_TYPES(from, to, BODY)
#undef BODY
}

/* ---- pairs of columns rotated by the row's angles (Su et al. 2021); columns beyond them pass through ---- */

/* Pairs half the rotated width apart. */
INLINE void rope_halves(enum type from, enum type to, const char *x, const float *cos, const float *sin, char *y, int64_t pairs) {
    const char *other = x + pairs * bytes_of(from);
    char *other_out = y + pairs * bytes_of(to);
    for (int64_t i = 0; i < pairs; i += LANES) {
        vf c = part(F32, (const char *)cos, i, pairs), s = part(F32, (const char *)sin, i, pairs);
        vf first = part(from, x, i, pairs), second = part(from, other, i, pairs);
        put_part(to, y, i, pairs, first * c - second * s);
        put_part(to, other_out, i, pairs, second * c + first * s);
    }
}

INLINE float one(enum type type, const char *row, int64_t i) { return load_part(type, row + i * bytes_of(type), 1)[0]; }

INLINE void put_one(enum type type, char *row, int64_t i, float x) { store_part(type, row + i * bytes_of(type), splat(x), 1); }

/* Pairs of neighbours. */
INLINE void rope_neighbours(enum type from, enum type to, const char *x, const float *cos, const float *sin, char *y, int64_t pairs) {
    for (int64_t i = 0; i < pairs; i++) {
        float first = one(from, x, 2 * i), second = one(from, x, 2 * i + 1);
        put_one(to, y, 2 * i, first * cos[i] - second * sin[i]);
        put_one(to, y, 2 * i + 1, second * cos[i] + first * sin[i]);
    }
}

INLINE void rope(enum type from, enum type to, int interleaved, const char *x, int64_t x_head, const float *cos, const float *sin,
                 char *y, int64_t y_head, int64_t heads, int64_t width, int64_t pairs) {
    for (int64_t head = 0; head < heads; head++, x += x_head, y += y_head) {
        if (interleaved) {
            rope_neighbours(from, to, x, cos, sin, y, pairs);
        } else {
            rope_halves(from, to, x, cos, sin, y, pairs);
        }
        const char *rest = x + 2 * pairs * bytes_of(from);
        for (int64_t i = 0; i < width - 2 * pairs; i += LANES) {
            put_part(to, y + 2 * pairs * bytes_of(to), i, width - 2 * pairs, part(from, rest, i, width - 2 * pairs));
        }
    }
}

/* All heads of a row. */
void KERNEL(tenon_rope)(int interleaved, const char *x, int64_t x_head, int from, const float *cos, const float *sin, char *y, int64_t y_head,
                        int to, int64_t heads, int64_t width, int64_t pairs) {
#define BODY(from, to) rope(from, to, interleaved, x, x_head, cos, sin, y, y_head, heads, width, pairs)
    BY_TYPES(from, to, BODY)
#undef BODY
}
