/*
 * What goes through the rows of a sequence in order: convolutions of channels by themselves, the selective scan of Mamba (Gu and Dao 2023), and that of
 * Mamba-2 (Dao and Gu 2024). Computed in F32. Vectors lie along the channels, whose states stand beside one another, so no lane ever meets another: every
 * element is computed in the same way wherever its sequence was cut into steps.
 */
#include "functions.h"

#include <stddef.h>

enum {
    TAPS = 16,    /* at most, of a convolution */
    STATES = 256, /* at most, of a channel in the selective scan */
    CHUNK = 16,   /* rows whose b and c are held at once */
#if LANES == 16
    HELD = 16 /* states of a vector of channels that registers hold */
#else
    HELD = 8
#endif
};

/* Rows that have as many elements as there are channels, heads * headDim, or the like. */
struct rows {
    const char *at;
    int64_t stride; /* bytes from row to row */
    int64_t type;
};

/* A run of rows of one sequence. */
struct run {
    int64_t first, count;
    int64_t read; /* the slot, negative for zeros */
};

INLINE vf part_f32(const float *row, int64_t i, int64_t width) { return part(F32, (const char *)row, i, width); }

INLINE void put_f32(float *row, int64_t i, int64_t width, vf x) { put_part(F32, (char *)row, i, width, x); }

/*
 * ln(1 + e^x) = max(x, 0) + ln(1 + u) with u = e^-|x|, and ln(1 + u) = 2 artanh(s), s = u / (2 + u) <= 1/3: a series in s^2 whose rest is below 2e-9 of
 * the sum, so that nothing is lost where u is small.
 */
INLINE vf softplus(vf x) {
    vf u = exponential(-larger(-x, x));
    vf s = u / (2.f + u), z = s * s;
    vf p = fused(z, splat(1 / 15.f), splat(1 / 13.f));
    p = fused(p, z, splat(1 / 11.f));
    p = fused(p, z, splat(1 / 9.f));
    p = fused(p, z, splat(1 / 7.f));
    p = fused(p, z, splat(1 / 5.f));
    p = fused(p, z, splat(1 / 3.f));
    p = fused(p * z, s, s);
    return choose(x > (vf){0}, x, choose(x != x, x, (vf){0})) + 2.f * p;
}

/* Calls body(from, to) with both types known to the compiler. */
#define BY_TYPES(from, to, body)                   \
    switch ((from) * 3 + (to)) {                   \
    case F32 * 3 + F32: body(F32, F32); break;     \
    case F32 * 3 + BF16: body(F32, BF16); break;   \
    case F32 * 3 + F16: body(F32, F16); break;     \
    case BF16 * 3 + F32: body(BF16, F32); break;   \
    case BF16 * 3 + BF16: body(BF16, BF16); break; \
    case BF16 * 3 + F16: body(BF16, F16); break;   \
    case F16 * 3 + F32: body(F16, F32); break;     \
    case F16 * 3 + BF16: body(F16, BF16); break;   \
    default: body(F16, F16);                       \
    }

/* ---- y[t] = w[width - 1] x[t] + ... + w[0] x[t - width + 1] + bias, and SiLU of that ---- */

struct conv {
    struct rows x, y;
    const float *weight; /* [width, channels] */
    const float *bias;   /* [channels], or NULL */
    float *state;        /* [slots, width - 1, channels] */
    const int32_t *write;
    int64_t width, channels, silu;
};

INLINE void conv(enum type from, enum type to, const struct conv *c, const struct run *run, int64_t first, int64_t end) {
    int64_t kept = c->width - 1, slot = kept * c->channels;
    for (int64_t i = first; i < end; i += LANES) {
        vf taps[TAPS], w[TAPS];
        for (int64_t k = 0; k < kept; k++) {
            taps[k] = run->read < 0 ? (vf){0} : part_f32(c->state + run->read * slot + k * c->channels, i, c->channels);
        }
        for (int64_t k = 0; k <= kept; k++) {
            w[k] = part_f32(c->weight + k * c->channels, i, c->channels);
        }
        vf bias = c->bias == NULL ? (vf){0} : part_f32(c->bias, i, c->channels);
        for (int64_t row = run->first; row < run->first + run->count; row++) {
            taps[kept] = part(from, c->x.at + row * c->x.stride, i, c->channels);
            vf sum = bias;
            for (int64_t k = kept; k >= 0; k--) {
                sum = fused(taps[k], w[k], sum);
            }
            vf y = c->silu ? sum / (1.f + exponential(-sum)) : sum;
            put_part(to, (char *)c->y.at + row * c->y.stride, i, c->channels, y);
            for (int64_t k = 0; k < kept; k++) {
                taps[k] = taps[k + 1];
            }
            if (c->write[row] >= 0) {
                for (int64_t k = 0; k < kept; k++) {
                    put_f32(c->state + c->write[row] * slot + k * c->channels, i, c->channels, taps[k]);
                }
            }
        }
    }
}

/* The channels from `first` to `end`, `first` being a multiple of LANES. */
void KERNEL(tenon_causal_conv)(const struct conv *c, int64_t row, int64_t count, int64_t read, int64_t first, int64_t end) {
    struct run run = {row, count, read};
#define BODY(from, to) conv(from, to, c, &run, first, end)
    BY_TYPES(c->x.type, c->y.type, BODY)
#undef BODY
}

/* ---- h = exp(delta a) h + delta b x, y = c h + d x, with delta = softplus(dt): each channel by itself ---- */

struct selective {
    struct rows x, dt, b, c, y;
    const float *a; /* [states, channels] */
    const float *d; /* [channels] */
    float *state;   /* [slots, states, channels] */
    const int32_t *write;
    int64_t states, channels;
};

INLINE float one(enum type type, const char *row, int64_t i) {
    return type == F32 ? ((const float *)row)[i] : load_part(type, row + i * bytes_of(type), 1)[0];
}

/* A row as F32, in `buffer` where it isn't that already. */
INLINE const float *as_f32(enum type type, const char *row, int64_t width, float *buffer) {
    if (type == F32) {
        return (const float *)row;
    }
    for (int64_t i = 0; i < width; i += LANES) {
        put_f32(buffer, i, width, part(type, row, i, width));
    }
    return buffer;
}

INLINE void selective(enum type from, enum type to, const struct selective *s, const struct run *run, int64_t first, int64_t end) {
    int64_t slot = s->states * s->channels;
    for (int64_t i = first; i < end; i += LANES) {
        vf h[STATES], a[STATES];
        for (int64_t n = 0; n < s->states; n++) {
            a[n] = part_f32(s->a + n * s->channels, i, s->channels);
            h[n] = run->read < 0 ? (vf){0} : part_f32(s->state + run->read * slot + n * s->channels, i, s->channels);
        }
        vf d = part_f32(s->d, i, s->channels);
        for (int64_t row = run->first; row < run->first + run->count; row++) {
            float wide[2][STATES];
            const float *b = as_f32(from, s->b.at + row * s->b.stride, s->states, wide[0]);
            const float *c = as_f32(from, s->c.at + row * s->c.stride, s->states, wide[1]);
            vf x = part(from, s->x.at + row * s->x.stride, i, s->channels);
            vf delta = softplus(part(from, s->dt.at + row * s->dt.stride, i, s->channels));
            vf input = delta * x;
            vf y = d * x;
            for (int64_t n = 0; n < s->states; n++) {
                h[n] = fused(h[n], exponential(delta * a[n]), input * b[n]);
                y = fused(h[n], splat(c[n]), y);
            }
            put_part(to, (char *)s->y.at + row * s->y.stride, i, s->channels, y);
            if (s->write[row] >= 0) {
                for (int64_t n = 0; n < s->states; n++) {
                    put_f32(s->state + s->write[row] * slot + n * s->channels, i, s->channels, h[n]);
                }
            }
        }
    }
}

/* The channels from `first` to `end`, `first` being a multiple of LANES; 256 states at most. */
void KERNEL(tenon_selective_scan)(const struct selective *s, int64_t row, int64_t count, int64_t read, int64_t first, int64_t end) {
    struct run run = {row, count, read};
#define BODY(from, to) selective(from, to, s, &run, first, end)
    BY_TYPES(s->x.type, s->y.type, BODY)
#undef BODY
}

/* ---- the same where all channels of a head decay alike: states stay in registers over a chunk of rows ---- */

struct dual {
    struct rows x, dt, b, c, y;
    int64_t x_head, b_group, c_group, y_head; /* bytes from head to head, and from group to group */
    const float *bias, *a, *d;                /* [heads] */
    float *state;                             /* [slots, heads, states, headDim] */
    const int32_t *write;
    int64_t heads, groups, states, width;
    double least, most;
    float *workspace; /* [workers, (states * (headDim, whole vectors) + 2 * CHUNK * states)] */
};

/* A chunk of rows of a head. */
struct chunk {
    int64_t row, count;
    float delta[CHUNK], decay[CHUNK];
    const float *b, *c; /* [CHUNK, states] */
};

/* The states from n on, `held` of them, of a vector of channels: on through a chunk. */
INLINE void hold(int held, const struct chunk *k, int64_t states, int64_t n, const vf *x, vf *y, float *state, int64_t stride) {
    vf h[HELD];
#pragma GCC unroll 16
    for (int i = 0; i < held; i++) {
        h[i] = load_f32(state + i * stride);
    }
    for (int64_t t = 0; t < k->count; t++) {
        vf decay = splat(k->decay[t]), sum = y[t], input = x[t];
        const float *b = k->b + t * states + n, *c = k->c + t * states + n;
#pragma GCC unroll 16
        for (int i = 0; i < held; i++) {
            h[i] = fused(h[i], decay, input * b[i]);
            sum = fused(h[i], splat(c[i]), sum);
        }
        y[t] = sum;
    }
#pragma GCC unroll 16
    for (int i = 0; i < held; i++) {
        store_f32(state + i * stride, h[i]);
    }
}

INLINE void through(enum type from, enum type to, const struct dual *s, const struct chunk *k, int64_t head, float *state, int64_t stride) {
    for (int64_t p = 0; p < s->width; p += LANES) {
        vf x[CHUNK], y[CHUNK];
        for (int64_t t = 0; t < k->count; t++) {
            vf in = part(from, s->x.at + (k->row + t) * s->x.stride + head * s->x_head, p, s->width);
            x[t] = in * k->delta[t];
            y[t] = in * s->d[head];
        }
        int64_t n = 0;
        for (; n + HELD <= s->states; n += HELD) {
            hold(HELD, k, s->states, n, x, y, state + n * stride + p, stride);
        }
        for (; n < s->states; n++) {
            hold(1, k, s->states, n, x, y, state + n * stride + p, stride);
        }
        for (int64_t t = 0; t < k->count; t++) {
            put_part(to, (char *)s->y.at + (k->row + t) * s->y.stride + head * s->y_head, p, s->width, y[t]);
        }
    }
}

INLINE void dual(enum type from, enum type to, const struct dual *s, const struct run *run, int64_t head, float *memory) {
    int64_t stride = (s->width + LANES - 1) / LANES * LANES, slot = s->heads * s->states * s->width;
    float *state = memory, *b = memory + s->states * stride, *c = b + CHUNK * s->states;
    const float *old = s->state + run->read * slot + head * s->states * s->width;
    for (int64_t n = 0; n < s->states; n++) {
        for (int64_t p = 0; p < stride; p += LANES) {
            store_f32(state + n * stride + p, run->read < 0 ? (vf){0} : part_f32(old + n * s->width, p, s->width));
        }
    }
    int64_t group = head / (s->heads / s->groups), end = run->first + run->count;
    struct chunk k = {.row = run->first, .b = b, .c = c};
    for (; k.row < end; k.row += k.count) {
        k.count = 0;
        int64_t written = -1;
        while (k.count < CHUNK && k.row + k.count < end && written < 0) {
            int64_t t = k.count++, row = k.row + t;
            const char *of_b = s->b.at + row * s->b.stride + group * s->b_group, *of_c = s->c.at + row * s->c.stride + group * s->c_group;
            for (int64_t n = 0; n < s->states; n += LANES) {
                put_f32(b + t * s->states, n, s->states, part(from, of_b, n, s->states));
                put_f32(c + t * s->states, n, s->states, part(from, of_c, n, s->states));
            }
            vf dt = softplus(splat(one(from, s->dt.at + row * s->dt.stride, head) + s->bias[head]));
            vf delta = smaller(larger(dt, splat((float)s->least)), splat((float)s->most));
            delta = choose(dt != dt, dt, delta);
            k.delta[t] = delta[0];
            k.decay[t] = exponential(delta * s->a[head])[0];
            written = s->write[row];
        }
        through(from, to, s, &k, head, state, stride);
        if (written >= 0) {
            float *into = s->state + written * slot + head * s->states * s->width;
            for (int64_t n = 0; n < s->states; n++) {
                for (int64_t p = 0; p < s->width; p += LANES) {
                    put_f32(into + n * s->width, p, s->width, load_f32(state + n * stride + p));
                }
            }
        }
    }
}

/* Floats of workspace that each worker needs. */
int64_t KERNEL(tenon_dual_workspace)(int64_t states, int64_t width) {
    return states * ((width + LANES - 1) / LANES * LANES) + 2 * CHUNK * states;
}

void KERNEL(tenon_dual_scan)(const struct dual *s, int64_t row, int64_t count, int64_t read, int64_t head, int64_t worker) {
    struct run run = {row, count, read};
    float *memory = s->workspace + worker * JOIN(tenon_dual_workspace, ISA)(s->states, s->width);
#define BODY(from, to) dual(from, to, s, &run, head, memory)
    BY_TYPES(s->x.type, s->y.type, BODY)
#undef BODY
}
