/* Attention of a tile's queries over one segment of keys. */
#ifndef TENON_SEGMENT_H
#define TENON_SEGMENT_H

#include "attention.h"

#include <math.h>

#define CHUNK 64               /* keys of a panel: they lie side by side, a row for each column of a key */
#define GROUPS (CHUNK / LANES)     /* vectors in a row of a panel */
#define QUERIES 6              /* queries whose sums are in registers at once */
#if LANES == 16
#define ACROSS 4               /* vectors of each of them */
#else
#define ACROSS 2
#endif
/*
 * Finds the rows `from` to `to` of a segment, for one key head; returns whether all are there. Those that no block holds, and the others of the segment, are
 * `nothing`.
 */
static int find_rows(const struct attention *a, const struct tile *t, const char *pool, int64_t block_stride, int64_t row_stride,
                     int64_t segment, int32_t from, int32_t to, const char *nothing, const char **rows) {
    const int32_t *blocks = (const int32_t *)(a->table + t->owner * a->table_row);
    int complete = 1;
    for (int32_t j = 0; j < from; j++) rows[j] = nothing;
    int64_t entry = (segment * SEGMENT + from) / a->block_size;
    int64_t place = segment * SEGMENT + from - entry * a->block_size;
    for (int32_t j = from; j < to; entry++, place = 0) {
        int32_t block = entry < a->entries && blocks[entry] < a->blocks ? blocks[entry] : -1;
        int32_t end = (int32_t)lesser(to, j + a->block_size - place);
        const char *row = block < 0 ? nothing : pool + block * block_stride + place * row_stride;
        int64_t step = block < 0 ? 0 : row_stride;
        complete &= block >= 0;
        for (; j < end; j++, row += step) rows[j] = row;
    }
    for (int32_t j = to; j < SEGMENT; j++) rows[j] = nothing;
    return complete;
}

#if LANES == 16
/* LANES rows of LANES become LANES columns, within the quarters of vectors and then across them. */
INLINE void transpose(vi *rows) {
    __m512i halves[LANES], quarters[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i += 2) {
        halves[i] = _mm512_unpacklo_epi32((__m512i)rows[i], (__m512i)rows[i + 1]);
        halves[i + 1] = _mm512_unpackhi_epi32((__m512i)rows[i], (__m512i)rows[i + 1]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i += 4) {
        quarters[i] = _mm512_unpacklo_epi64(halves[i], halves[i + 2]);
        quarters[i + 1] = _mm512_unpackhi_epi64(halves[i], halves[i + 2]);
        quarters[i + 2] = _mm512_unpacklo_epi64(halves[i + 1], halves[i + 3]);
        quarters[i + 3] = _mm512_unpackhi_epi64(halves[i + 1], halves[i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        __m512i low = _mm512_shuffle_i32x4(quarters[i], quarters[i + 4], 0x88);
        __m512i high = _mm512_shuffle_i32x4(quarters[i], quarters[i + 4], 0xDD);
        __m512i other_low = _mm512_shuffle_i32x4(quarters[i + 8], quarters[i + 12], 0x88);
        __m512i other_high = _mm512_shuffle_i32x4(quarters[i + 8], quarters[i + 12], 0xDD);
        rows[i] = (vi)_mm512_shuffle_i32x4(low, other_low, 0x88);
        rows[i + 4] = (vi)_mm512_shuffle_i32x4(high, other_high, 0x88);
        rows[i + 8] = (vi)_mm512_shuffle_i32x4(low, other_low, 0xDD);
        rows[i + 12] = (vi)_mm512_shuffle_i32x4(high, other_high, 0xDD);
    }
}
#else
#if LANES == 8
#define LOW_HALVES (vi){0, 8, 1, 9, 2, 10, 3, 11}
#define HIGH_HALVES (vi){4, 12, 5, 13, 6, 14, 7, 15}
#else
#define LOW_HALVES (vi){0, 4, 1, 5}
#define HIGH_HALVES (vi){2, 6, 3, 7}
#endif

/* LANES rows of LANES become LANES columns: each of log2(LANES) rounds merges the rows i and i + LANES/2. */
INLINE void transpose(vi *rows) {
#pragma GCC unroll 4
    for (int round = 1; round < LANES; round *= 2) {
        vi merged[LANES];
#pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            merged[2 * i] = __builtin_shuffle(rows[i], rows[i + LANES / 2], LOW_HALVES);
            merged[2 * i + 1] = __builtin_shuffle(rows[i], rows[i + LANES / 2], HIGH_HALVES);
        }
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) rows[i] = merged[i];
    }
}
#endif

/* Bytes of a row, the rest zeros. */
INLINE vf load_bits(const char *at, int64_t bytes) {
    char some[4 * LANES] = {0};
    memcpy(some, at, (size_t)bytes);
    return load_f32(some);
}

/* LANES 32-bit elements of a key: floats, or pairs of BF16; zeros beyond its end. */
INLINE vi key_part(enum type type, int pairs, const char *row, int64_t column, int64_t width, int whole) {
    if (pairs) {
        const char *at = row + 4 * column;
        return (vi)(whole ? load_f32(at) : load_bits(at, 2 * width - 4 * column));
    }
    const char *at = row + column * bytes_of(type);
    return (vi)(whole ? load(type, at) : load_part(type, at, (int)(width - column)));
}

/* Puts LANES keys side by side into a panel: element d of key i goes to panel[d * CHUNK + i]. */
INLINE void put_keys(enum type type, int pairs, const char *const *rows, int64_t width, float *panel) {
    int64_t elements = pairs ? (width + 1) / 2 : width;
    for (int64_t d = 0; d < elements; d += LANES) {
        int whole = pairs ? 2 * (d + LANES) <= width : d + LANES <= width;
        vi part[LANES];
        if (whole) {
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) part[i] = key_part(type, pairs, rows[i], d, width, 1);
        } else {
            for (int i = 0; i < LANES; i++) part[i] = key_part(type, pairs, rows[i], d, width, 0);
        }
        transpose(part);
        int64_t count = lesser(LANES, elements - d);
        if (whole) {
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) store_f32(panel + (d + i) * CHUNK, (vf)part[i]);
        } else {
            for (int i = 0; i < count; i++) store_f32(panel + (d + i) * CHUNK, (vf)part[i]);
        }
    }
}

/* Asks for LANES rows that are needed soon, as far as the second-level cache: the first can't wait for so many at once. */
INLINE void fetch(const char *const *rows, int64_t bytes) {
    for (int j = 0; j < LANES; j++) {
        for (int64_t at = 0; at < bytes; at += LINE) __builtin_prefetch(rows[j] + at, 0, 1);
    }
}

static void put_panel(const struct attention *a, const char *const *rows, const char *const *values, float *panel) {
    for (int i = 0; i < CHUNK; i += LANES) {
        fetch(rows + CHUNK + i, a->key_width * bytes_of((enum type)a->key_type));
        fetch(values + i, a->value_width * bytes_of((enum type)a->value_type));
        if (paired(a)) {
            put_keys(BF16, 1, rows + i, a->key_width, panel + i);
        } else if (a->key_type == F32) {
            put_keys(F32, 0, rows + i, a->key_width, panel + i);
        } else if (a->key_type == BF16) {
            put_keys(BF16, 0, rows + i, a->key_width, panel + i);
        } else {
            put_keys(F16, 0, rows + i, a->key_width, panel + i);
        }
    }
}

/* A row as floats, filled up with zeros to a whole number of vectors. */
INLINE void put_row(enum type type, const char *row, int64_t width, float *to) {
    int64_t d = 0;
    for (; d + LANES <= width; d += LANES) store_f32(to + d, load(type, row + d * bytes_of(type)));
    if (d < width) store_f32(to + d, load_part(type, row + d * bytes_of(type), (int)(width - d)));
}

INLINE void put_rows(enum type type, const char *const *rows, int32_t from, int32_t to, int64_t width, float *out, int64_t stride) {
    for (int32_t j = from; j < to; j++) put_row(type, rows[j], width, out + j * stride);
}

static void put_values(const struct attention *a, const char *const *rows, int32_t from, int32_t to, float *out) {
    switch (a->value_type) {
    case F32: put_rows(F32, rows, from, to, a->value_width, out, value_width(a)); break;
    case BF16: put_rows(BF16, rows, from, to, a->value_width, out, value_width(a)); break;
    default: put_rows(F16, rows, from, to, a->value_width, out, value_width(a)); break;
    }
}

/* ---- scores ---- */

/* The same of pairs of BF16: c plus two products, which are exact, first the one and then the other. */
INLINE vf fused_pairs(vf a, vf b, vf c) {
#if defined(__AVX512BF16__)
    return (vf)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
#else
    return fused(a, b, c); /* never: paired() is false */
#endif
}

/* Products of `count` queries with GROUPS vectors of keys, ACROSS at a time; each score is one chain of sums. */
INLINE void score_block(int count, int pairs, const float *queries, int64_t query_stride, int64_t elements, const float *panel,
                        float scale, float *scores) {
    for (int g = 0; g < GROUPS; g += ACROSS) {
        vf sums[QUERIES][ACROSS];
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
#pragma GCC unroll 4
            for (int k = 0; k < ACROSS; k++) sums[i][k] = (vf){0};
        }
        for (int64_t d = 0; d < elements; d++) {
            vf keys[ACROSS];
#pragma GCC unroll 4
            for (int k = 0; k < ACROSS; k++) keys[k] = load_f32(panel + d * CHUNK + (g + k) * LANES);
#pragma GCC unroll 8
            for (int i = 0; i < count; i++) {
                vf query = splat(queries[i * query_stride + d]);
#pragma GCC unroll 4
                for (int k = 0; k < ACROSS; k++) {
                    sums[i][k] = pairs ? fused_pairs(keys[k], query, sums[i][k]) : fused(keys[k], query, sums[i][k]);
                }
            }
        }
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
#pragma GCC unroll 4
            for (int k = 0; k < ACROSS; k++) store_f32(scores + i * SEGMENT + (g + k) * LANES, sums[i][k] * scale);
        }
    }
}

INLINE void score_typed(int count, int pairs, const float *queries, int64_t query_stride, int64_t elements, const float *panel,
                        float scale, float *scores) {
    switch (count) {
    case 1: score_block(1, pairs, queries, query_stride, elements, panel, scale, scores); break;
    case 2: score_block(2, pairs, queries, query_stride, elements, panel, scale, scores); break;
    case 3: score_block(3, pairs, queries, query_stride, elements, panel, scale, scores); break;
    case 4: score_block(4, pairs, queries, query_stride, elements, panel, scale, scores); break;
    case 5: score_block(5, pairs, queries, query_stride, elements, panel, scale, scores); break;
    default: score_block(6, pairs, queries, query_stride, elements, panel, scale, scores); break;
    }
}

static void score(const struct attention *a, int count, const float *queries, const float *panel, float *scores) {
    if (paired(a)) {
        score_typed(count, 1, queries, query_width(a), (a->key_width + 1) / 2, panel, (float)a->scale, scores);
    } else {
        score_typed(count, 0, queries, query_width(a), a->key_width, panel, (float)a->scale, scores);
    }
}

/* Caps a query's scores: cap * tanh(score / cap). */
static void cap(float *scores, int32_t from, int32_t to, float most) {
    for (int32_t j = from / LANES * LANES; j < to; j += LANES) {
        store_f32(scores + j, hyperbolic_tangent(load_f32(scores + j) / most) * most);
    }
}

/* Adds the biases of a head to a query's scores; `key` is the distance of the segment's first key from the query. */
static void add_biases(const float *biases, int64_t farthest, int64_t key, int32_t from, int32_t to, float *scores) {
    int32_t near = (int32_t)lesser(to, greater(from, -farthest - key));
    int32_t far = (int32_t)lesser(to, greater(near, farthest - key));
    for (int32_t j = from; j < near; j++) scores[j] += biases[0];
    for (int32_t j = near; j < far; j++) scores[j] += biases[key + j + farthest];
    for (int32_t j = far; j < to; j++) scores[j] += biases[2 * farthest];
}

/* ---- weights ---- */

/* Hides what lies outside `from` to `to` in the chunks that they touch. */
INLINE void hide(float *scores, int32_t from, int32_t to) {
    for (int32_t j = from / CHUNK * CHUNK; j < from; j++) scores[j] = -INFINITY;
    for (int32_t j = to; j % CHUNK != 0; j++) scores[j] = -INFINITY;
}

/* Makes weights of a query's scores; the largest score and the sum of the weights come back. */
static void weigh(float *scores, int32_t from, int32_t to, float *most, float *total) {
    hide(scores, from, to);
    int32_t first = from / CHUNK * CHUNK;
    vf highest[ACROSS];
    for (int k = 0; k < ACROSS; k++) highest[k] = splat(-INFINITY);
    for (int32_t j = first; j < to; j += ACROSS * LANES) {
#pragma GCC unroll 4
        for (int k = 0; k < ACROSS; k++) highest[k] = larger(load_f32(scores + j + k * LANES), highest[k]);
    }
    float high = -INFINITY;
    for (int k = 0; k < ACROSS; k++) {
        for (int i = 0; i < LANES; i++) high = highest[k][i] > high ? highest[k][i] : high;
    }
    *most = high;
    vf below = splat(high == -INFINITY ? 0 : high);
    vf sums[ACROSS];
    for (int k = 0; k < ACROSS; k++) sums[k] = (vf){0};
    for (int32_t j = first; j < to; j += ACROSS * LANES) {
#pragma GCC unroll 4
        for (int k = 0; k < ACROSS; k++) {
            vf weight = exponential(load_f32(scores + j + k * LANES) - below);
            store_f32(scores + j + k * LANES, weight);
            sums[k] += weight;
        }
    }
    for (int k = 1; k < ACROSS; k++) sums[0] += sums[k];
    *total = sum_of(sums[0]);
}

/* ---- sums of values ---- */

/* Adds the values `from` to `to`, by their weights, to `across` vectors of `count` queries' sums, one key after another. */
INLINE void add_block(int count, int across, const float *weights, const float *values, int64_t stride, int32_t from, int32_t to, float *sums) {
    vf own[QUERIES][4];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
#pragma GCC unroll 4
        for (int k = 0; k < across; k++) own[i][k] = load_f32(sums + i * stride + k * LANES);
    }
    for (int32_t j = from; j < to; j++) {
        vf value[4];
#pragma GCC unroll 4
        for (int k = 0; k < across; k++) value[k] = load_f32(values + j * stride + k * LANES);
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
            vf weight = splat(weights[i * SEGMENT + j]);
#pragma GCC unroll 4
            for (int k = 0; k < across; k++) own[i][k] = fused(weight, value[k], own[i][k]);
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
#pragma GCC unroll 4
        for (int k = 0; k < across; k++) store_f32(sums + i * stride + k * LANES, own[i][k]);
    }
}

INLINE void add_across(int count, const float *weights, const float *values, int64_t stride, int64_t width, int32_t from, int32_t to, float *sums) {
    int64_t d = 0;
    for (; d + ACROSS * LANES <= width; d += ACROSS * LANES) add_block(count, ACROSS, weights, values + d, stride, from, to, sums + d);
#if ACROSS == 4
    for (; d + 2 * LANES <= width; d += 2 * LANES) add_block(count, 2, weights, values + d, stride, from, to, sums + d);
#endif
    for (; d < width; d += LANES) add_block(count, 1, weights, values + d, stride, from, to, sums + d);
}

static void add(int count, const float *weights, const float *values, int64_t stride, int64_t width, int32_t from, int32_t to, float *sums) {
    if (from >= to) return;
    switch (count) {
    case 1: add_across(1, weights, values, stride, width, from, to, sums); break;
    case 2: add_across(2, weights, values, stride, width, from, to, sums); break;
    case 3: add_across(3, weights, values, stride, width, from, to, sums); break;
    case 4: add_across(4, weights, values, stride, width, from, to, sums); break;
    case 5: add_across(5, weights, values, stride, width, from, to, sums); break;
    default: add_across(6, weights, values, stride, width, from, to, sums); break;
    }
}

/* Reads the queries of a tile that share a key head: the heads of a row lie together, rows one after another. */
static void put_queries(const struct attention *a, const struct tile *t, int64_t kv_head, float *to) {
    int64_t group = group_of(a);
    for (int64_t i = 0; i < t->rows * group; i++, to += query_width(a)) {
        const char *q = a->q + (t->row + i / group) * a->q_row + (kv_head * group + i % group) * a->q_head;
        if (paired(a)) {
            memcpy(to, q, (size_t)a->key_width * 2);
            memset((char *)to + a->key_width * 2, 0, (size_t)(a->key_width & 1) * 2);
        } else if (a->q_type == F32) {
            put_row(F32, q, a->key_width, to);
        } else if (a->q_type == BF16) {
            put_row(BF16, q, a->key_width, to);
        } else {
            put_row(F16, q, a->key_width, to);
        }
    }
}

/* A segment's part of the result, for all queries of the tile: s->most, s->weights, s->sums. */
static void see(const struct attention *a, const struct tile *t, int64_t kv_head, int64_t segment, const struct scratch *s) {
    const char *keys[SEGMENT + CHUNK], *values[SEGMENT];
    int64_t queries = t->rows * group_of(a);
    int32_t low = SEGMENT, high = 0;
    for (int64_t i = 0; i < queries; i++) {
        sees(a, t, segment, position_of(a, t, i), &s->from[i], &s->to[i]);
        if (s->from[i] < s->to[i]) {
            low = (int32_t)lesser(low, s->from[i]);
            high = (int32_t)greater(high, s->to[i]);
        }
    }
    if (low >= high) return;
    int complete = find_rows(a, t, a->keys + kv_head * a->key_head, a->key_block, a->key_row, segment, low, high, (const char *)s->nothing, keys);
    find_rows(a, t, a->values + kv_head * a->value_head, a->value_block, a->value_row, segment, low, high, (const char *)s->nothing, values);
    for (int32_t j = SEGMENT; j < SEGMENT + CHUNK; j++) keys[j] = (const char *)s->nothing;
    int64_t panel_floats = query_width(a) * CHUNK;
    for (int32_t chunk = low / CHUNK; chunk * CHUNK < high; chunk++) {
        float *panel = s->panels + chunk * panel_floats;
        put_panel(a, keys + chunk * CHUNK, values + chunk * CHUNK, panel);
        for (int64_t i = 0; i < queries; i += QUERIES) {
            int count = (int)lesser(QUERIES, queries - i);
            int32_t from = SEGMENT, to = 0;
            for (int k = 0; k < count; k++) {
                from = (int32_t)lesser(from, s->from[i + k]);
                to = (int32_t)greater(to, s->to[i + k]);
            }
            if (from < (chunk + 1) * CHUNK && to > chunk * CHUNK) {
                score(a, count, s->queries + i * query_width(a), panel, s->scores + i * SEGMENT + chunk * CHUNK);
            }
        }
    }
    for (int64_t i = 0; i < queries; i++) {
        float *scores = s->scores + i * SEGMENT;
        if (s->from[i] >= s->to[i]) continue;
        if (a->soft_cap != 0) cap(scores, s->from[i], s->to[i], (float)a->soft_cap);
        if (a->farthest >= 0) {
            const float *biases = s->biases + (kv_head * group_of(a) + i % group_of(a)) * distances(a);
            int64_t key = t->base + segment * SEGMENT - position_of(a, t, i);
            add_biases(biases, a->farthest, key, s->from[i], s->to[i], scores);
        }
        for (int32_t j = low; !complete && j < high; j++) {
            if (keys[j] == (const char *)s->nothing) scores[j] = -INFINITY;
        }
        weigh(scores, s->from[i], s->to[i], &s->most[i], &s->weights[i]);
    }
    if (segment + 1 < t->end) {
        int32_t count = (int32_t)lesser(CHUNK, t->last - t->base + 1 - (segment + 1) * SEGMENT);
        find_rows(a, t, a->keys + kv_head * a->key_head, a->key_block, a->key_row, segment + 1, 0, count, (const char *)s->nothing, keys);
        for (int i = 0; i < CHUNK; i += LANES) fetch(keys + i, a->key_width * bytes_of((enum type)a->key_type));
    }
    put_values(a, values, low, high, s->values);
    int64_t stride = value_width(a);
    memset(s->sums, 0, (size_t)(queries * stride) * sizeof(float));
    for (int64_t i = 0; i < queries; i += QUERIES) {
        int count = (int)lesser(QUERIES, queries - i);
        int32_t from = 0, to = SEGMENT; /* what all of them see */
        for (int k = 0; k < count; k++) {
            from = (int32_t)greater(from, s->from[i + k]);
            to = (int32_t)lesser(to, s->to[i + k]);
        }
        float *sums = s->sums + i * stride;
        const float *weights = s->scores + i * SEGMENT;
        if (from >= to) from = to = SEGMENT;
        for (int k = 0; k < count; k++) {
            int32_t end = (int32_t)lesser(from, s->to[i + k]);
            add(1, weights + k * SEGMENT, s->values, stride, a->value_width, s->from[i + k], end, sums + k * stride);
        }
        add(count, weights, s->values, stride, a->value_width, from, to, sums);
        for (int k = 0; k < count && to < SEGMENT; k++) {
            add(1, weights + k * SEGMENT, s->values, stride, a->value_width, to, s->to[i + k], sums + k * stride);
        }
    }
}

#endif
