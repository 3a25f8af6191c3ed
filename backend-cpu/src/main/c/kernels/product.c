/*
 * y[m, n] = sum_k x[m, k] w[n, k] + bias[n]: rows of x by rows of w, both as they lie in memory.
 *
 * Each element of y is a sum over chunks of CHUNK indices k; within a chunk, lane l of one vector adds up the k that fall to it, in order, and the lanes
 * are added at the chunk's end, always in the same order. So the bits of an element depend on its row of x and its row of w alone, not on what else is
 * computed with it.
 *
 * A tile of ROWS rows by COLUMNS columns stays in registers. The rows of x are packed step by step, in the type that is multiplied; they meet the weights where
 * those lie, COLUMNS rows of them at a time, while the rows after them are prefetched, one after another. (To pack the weights as well gained nothing, for any
 * number of rows.)
 *
 * What is multiplied: BF16 by BF16 in pairs, where the machine does (subnormal numbers count as zero there), anything else in F32.
 */
#include "lanes.h"

#if LANES == 16
#define ROWS 6
#elif LANES == 8
#define ROWS 3
#else
#define ROWS 2
#endif
#define COLUMNS 4

/* Indices k that a tile takes at a time. */
#define STEP (2 * LANES)

/* Indices k whose products are added up in lanes; a multiple of every STEP. */
#define CHUNK 4096

/* Bytes of scratch memory: for packed rows of x, half a second-level cache, and for sums of more than one chunk. */
#define X_BYTES (512 << 10)
#define SUMS_BYTES (256 << 10)

/* Sums of lanes of several tiles, from part to part of a chunk. */
#define CARRY_BYTES (64 << 10)

/* Columns whose sums are rounded and stored together, and the bytes of those of all rows that are packed at once. */
#define GROUP 16
#define GROUP_BYTES (X_BYTES / (2 * STEP) * 4 * GROUP)

/* Steps of a part: of four rows of weights, 8 KB in BF16. */
#define PART (1024 / STEP)

/* How many bytes before its use a weight is prefetched where one row of x meets one row of w at a time: few enough to stay in the first-level cache. */
#define LEAD 2048

/* The most bytes of a packed row of x for that: a quarter of a first-level cache, which the weights stream through as well. */
#define ONE_ROW_BYTES (8 << 10)
_Static_assert(ONE_ROW_BYTES <= 2 * CHUNK, "one row is one chunk");

struct product {
    const char *x;
    const char *w;
    char *y;
    const float *bias; /* or null */
    int64_t x_stride;  /* bytes from row to row */
    int64_t w_stride;
    int64_t y_stride;
    int64_t inner;
    int32_t x_type;
    int32_t w_type;
    int32_t y_type;
};

/* How a vector of weights is had: pairs of BF16 as they are; or F32 from memory, from F16, or from BF16 with even indices before odd ones. */
enum form { PAIRS, SINGLE, HALF, SPLIT };

typedef float v4 __attribute__((vector_size(16)));

INLINE enum form form_of(const struct product *p) {
#ifdef __AVX512BF16__
    if (p->x_type == BF16 && p->w_type == BF16) {
        return PAIRS;
    }
#endif
    return p->w_type == BF16 ? SPLIT : p->w_type == F16 ? HALF : SINGLE;
}

/* Bytes of a STEP of packed numbers. */
INLINE int64_t step_bytes(enum form form) { return form == PAIRS ? 2 * STEP : 4 * STEP; }

/* The weights of half a step. */
INLINE vf weights(enum form form, const char *w, int half) {
    if (form == SPLIT) {
        vu pairs;
        memcpy(&pairs, w, sizeof pairs);
        return (vf)(half ? pairs & 0xffff0000 : pairs << 16);
    }
    return form == HALF ? load_f16(w + half * 2 * LANES) : load_f32(w + half * 4 * LANES);
}

/* Adds a step's products: acc[m][n] += x[m] * w[n], lane by lane. */
INLINE void add_step(
    const int rows, const int columns, const enum form form, vf acc[][COLUMNS], const char *x, const char *const *w, int64_t at) {
#ifdef __AVX512BF16__
    if (form == PAIRS) {
        __m512i right[COLUMNS];
#pragma GCC unroll 8
        for (int n = 0; n < columns; n++) {
            right[n] = _mm512_loadu_si512(w[n] + at);
        }
#pragma GCC unroll 8
        for (int m = 0; m < rows; m++) {
            __m512bh left = (__m512bh)_mm512_loadu_si512(x + m * 64);
#pragma GCC unroll 8
            for (int n = 0; n < columns; n++) {
                acc[m][n] = (vf)_mm512_dpbf16_ps((__m512)acc[m][n], left, (__m512bh)right[n]);
            }
        }
        return;
    }
#endif
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
        vf right[COLUMNS];
#pragma GCC unroll 8
        for (int n = 0; n < columns; n++) {
            right[n] = weights(form, w[n] + at, half);
        }
#pragma GCC unroll 8
        for (int m = 0; m < rows; m++) {
            vf left = load_f32(x + (m * 2 + half) * 4 * LANES);
#pragma GCC unroll 8
            for (int n = 0; n < columns; n++) {
                acc[m][n] += left * right[n];
            }
        }
    }
}

/* Halves a vector until four lanes are left. */
INLINE v4 fold(vf v) {
#if LANES == 16
    __m256 low = _mm256_add_ps(_mm512_castps512_ps256((__m512)v), _mm512_extractf32x8_ps((__m512)v, 1));
    return (v4)_mm_add_ps(_mm256_castps256_ps128(low), _mm256_extractf128_ps(low, 1));
#elif LANES == 8
    return (v4)_mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
#else
    return v;
#endif
}

/* The sums of the lanes of four vectors. */
INLINE v4 sums_of(const vf acc[COLUMNS]) {
    typedef int32_t i4 __attribute__((vector_size(16)));
    v4 a = fold(acc[0]);
    v4 b = fold(acc[1]);
    v4 c = fold(acc[2]);
    v4 d = fold(acc[3]);
    v4 ab = __builtin_shuffle(a, b, (i4){0, 4, 1, 5}) + __builtin_shuffle(a, b, (i4){2, 6, 3, 7});
    v4 cd = __builtin_shuffle(c, d, (i4){0, 4, 1, 5}) + __builtin_shuffle(c, d, (i4){2, 6, 3, 7});
    return __builtin_shuffle(ab, cd, (i4){0, 1, 4, 5}) + __builtin_shuffle(ab, cd, (i4){2, 3, 6, 7});
}

/* How rows are shared among tiles: none has more than ROWS, and they differ by one at most. */
struct share {
    int64_t tiles;
    int64_t longer; /* the first of them, which have one row more */
    int rows;       /* of the others */
};

INLINE struct share share(int64_t rows) {
    const int64_t tiles = (rows + ROWS - 1) / ROWS;
    return (struct share){tiles, rows % tiles, (int)(rows / tiles)};
}

INLINE int tile_rows(struct share share, int64_t tile) { return share.rows + (tile < share.longer); }

/*
 * How far the COLUMNS rows of w that come next are prefetched. They are prefetched one row after another, as memory gives more where it is read in runs, while
 * all tiles take their steps with the rows before them.
 */
struct cursor {
    const char *row; /* that is being prefetched */
    int64_t stride;
    int64_t steps; /* of a row */
    int64_t done;  /* steps of this row */
    int left;      /* rows, this one among them */
    int shift;     /* each step of a tile prefetches 1 << shift steps */
};

/* What a tile reads: packed rows of x, COLUMNS rows of w, and the last step's weights where a row ends before its last step does. */
struct tile {
    const char *x;
    const char *w[COLUMNS];
    const char *const *rest; /* or null */
    int64_t steps;
    int64_t advance; /* bytes of w from step to step */
    vf *carry;       /* [rows, COLUMNS]: the lanes' sums from part to part */
    int first;       /* whether this is the first part */
    int last;
};

INLINE void compute(const int rows, const enum form form, const struct tile *t, struct cursor *c, v4 *sums) {
    vf acc[ROWS][COLUMNS];
#pragma GCC unroll 8
    for (int m = 0; m < rows; m++) {
#pragma GCC unroll 8
        for (int n = 0; n < COLUMNS; n++) {
            acc[m][n] = t->first ? splat(0) : t->carry[m * COLUMNS + n];
        }
    }
    const char *x = t->x;
    const int64_t advance = t->advance;
    int64_t at = 0;
    for (int64_t left = t->steps; left > 0;) {
        const int64_t vectors = c->left > 0 ? (int64_t)1 << c->shift : 0;
        const int64_t wanted = (c->steps - c->done + vectors - 1) >> c->shift;
        const int64_t here = vectors == 0 || left < wanted ? left : wanted;
        const char *ahead = c->row + c->done * advance;
        const int64_t stop = at + here * advance;
        for (; at < stop; at += advance) {
            if (vectors == COLUMNS) {
#pragma GCC unroll 8
                for (int n = 0; n < COLUMNS; n++) {
                    __builtin_prefetch(ahead + n * advance, 0, 2);
                }
            } else {
                for (int64_t n = 0; n < vectors; n++) {
                    __builtin_prefetch(ahead + n * advance, 0, 2);
                }
            }
            ahead += vectors * advance;
            add_step(rows, COLUMNS, form, acc, x, t->w, at);
            x += rows * step_bytes(form);
        }
        left -= here;
        c->done += here * vectors;
        if (c->done >= c->steps) {
            c->row += c->stride;
            c->done = 0;
            c->left--;
        }
    }
    if (t->last) {
        if (t->rest != 0) {
            add_step(rows, COLUMNS, form, acc, x, t->rest, 0);
        }
#pragma GCC unroll 8
        for (int m = 0; m < rows; m++) {
            sums[m * (GROUP / COLUMNS)] = sums_of(acc[m]);
        }
    } else {
#pragma GCC unroll 8
        for (int m = 0; m < rows; m++) {
#pragma GCC unroll 8
            for (int n = 0; n < COLUMNS; n++) {
                t->carry[m * COLUMNS + n] = acc[m][n];
            }
        }
    }
}

/* All packed rows of x by COLUMNS rows of w: where there are several tiles, in parts of w that stay in the first-level cache. */
struct columns {
    const char *x;
    const char *w[COLUMNS];
    const char *const *rest; /* or null */
    struct share share;
    int64_t row_bytes; /* of packed x */
    int64_t steps;
    int64_t part; /* steps */
    int64_t advance;
    int64_t w_stride;
    vf *carry;
};

#define CASE(rows) \
    case rows: compute(rows, form, &t, &cursor, sums); break;

/* Sums go to [row, GROUP]. */
INLINE void compute_columns(const enum form form, const struct columns *c, v4 *sums) {
    const int shift = c->share.tiles == 1 ? 2 : c->share.tiles < 4 ? 1 : 0;
    struct cursor cursor = {c->w[0] + COLUMNS * c->w_stride, c->w_stride, c->steps, 0, COLUMNS, shift};
    struct tile t = {.rest = c->rest, .advance = c->advance, .first = 1};
    int64_t from = 0;
    do {
        t.steps = c->steps - from < c->part ? c->steps - from : c->part;
        t.last = from + t.steps == c->steps;
        t.carry = c->carry;
        for (int n = 0; n < COLUMNS; n++) {
            t.w[n] = c->w[n] + from * c->advance;
        }
        const char *x = c->x;
        for (int64_t tile = 0; tile < c->share.tiles; tile++) {
            const int rows = tile_rows(c->share, tile);
            t.x = x + from * rows * step_bytes(form);
            switch (rows) {
                CASE(1)
                CASE(2)
#if ROWS > 2
                CASE(3)
#endif
#if ROWS > 3
                CASE(4)
                CASE(5)
                CASE(6)
#endif
            default: break;
            }
            x += rows * c->row_bytes;
            t.carry += rows * COLUMNS;
            sums += t.last ? rows * (GROUP / COLUMNS) : 0;
        }
        from += t.steps;
        t.first = 0;
    } while (from < c->steps);
}

#define FORM(name, form) \
    static __attribute__((noinline)) void name(const struct columns *c, v4 *sums) { compute_columns(form, c, sums); }
FORM(compute_single, SINGLE)
FORM(compute_half, HALF)
FORM(compute_split, SPLIT)
#ifdef __AVX512BF16__
FORM(compute_pairs, PAIRS)
#endif

typedef void (*computation)(const struct columns *c, v4 *sums);

static computation computation_of(enum form form) {
#ifdef __AVX512BF16__
    if (form == PAIRS) {
        return compute_pairs;
    }
#endif
    return form == SPLIT ? compute_split : form == HALF ? compute_half : compute_single;
}

/* A STEP of numbers in the type and order that a form multiplies. */
INLINE void pack_step(enum form form, enum type type, const char *from, char *to) {
    if (form == PAIRS) {
        memcpy(to, from, 2 * STEP);
        return;
    }
    vf first = load(type, from);
    vf second = load(type, from + LANES * bytes_of(type));
    if (form == SPLIT) { /* even indices before odd ones, as weights() gives them */
        vi even, odd;
        for (int i = 0; i < LANES; i++) {
            even[i] = 2 * i;
            odd[i] = 2 * i + 1;
        }
        store_f32(to, __builtin_shuffle(first, second, even));
        store_f32(to + 4 * LANES, __builtin_shuffle(first, second, odd));
    } else {
        store_f32(to, first);
        store_f32(to + 4 * LANES, second);
    }
}

/* Rows of x: [step][row][STEP], what lies beyond the end of a row as zeros. */
INLINE void pack_rows(enum form form, enum type type, const char *from, int64_t stride, int rows, int64_t count, char *to) {
    int64_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        for (int m = 0; m < rows; m++) {
            pack_step(form, type, from + m * stride + i * bytes_of(type), to);
            to += step_bytes(form);
        }
    }
    for (int m = 0; i < count && m < rows; m++) {
        char rest[4 * STEP] = {0};
        memcpy(rest, from + m * stride + i * bytes_of(type), (size_t)(count - i) * bytes_of(type));
        pack_step(form, type, rest, to);
        to += step_bytes(form);
    }
}

#define PACK(type) \
    case type: \
        if (form == SPLIT) { \
            pack_rows(SPLIT, type, from, stride, rows, count, to); \
        } else { \
            pack_rows(SINGLE, type, from, stride, rows, count, to); \
        } \
        break;

static void pack(enum form form, enum type type, const char *from, int64_t stride, int rows, int64_t count, char *to) {
    if (form == PAIRS) {
        pack_rows(PAIRS, BF16, from, stride, rows, count, to);
        return;
    }
    switch (type) {
        PACK(F32)
        PACK(BF16)
        PACK(F16)
    }
}

INLINE void store_sums(enum type type, char *y, vf sums, int count) {
    if (count >= LANES) {
        store(type, y, sums);
    } else {
        store_part(type, y, sums, count);
    }
}

/* Adds the bias to the sums of up to GROUP columns of a row, and rounds once. */
INLINE void finish(const struct product *p, int64_t row, int64_t column, int count, const v4 *sums) {
    for (int i = 0; i < count; i += LANES) {
        vf sum = load_f32((const char *)sums + 4 * i);
        if (p->bias != 0) {
            const float *bias = p->bias + column + i;
            sum += count - i >= LANES ? load_f32(bias) : load_part(F32, bias, count - i);
        }
        char *y = p->y + row * p->y_stride + (column + i) * bytes_of(p->y_type);
        switch (p->y_type) {
        case F32: store_sums(F32, y, sum, count - i); break;
        case BF16: store_sums(BF16, y, sum, count - i); break;
        default: store_sums(F16, y, sum, count - i);
        }
    }
}

INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* One chunk of k: packed rows by columns [first, end). */
static void chunk(
    const struct product *p, int64_t row, int64_t rows, struct share share, int64_t first, int64_t end, int64_t k, char *scratch) {
    const enum form form = form_of(p);
    const computation run = computation_of(form);
    const int64_t count = least(CHUNK, p->inner - k);
    const int w_bytes = bytes_of(p->w_type);
    const int64_t rest = count % STEP;
    const int carried = share.tiles > 1 && rows <= CARRY_BYTES / (int64_t)(COLUMNS * sizeof(vf));
    v4 *partial = (v4 *)(scratch + X_BYTES); /* [columns / GROUP, rows, GROUP] */
    v4 *const sums = (v4 *)(scratch + X_BYTES + SUMS_BYTES + CARRY_BYTES); /* [rows, GROUP] */
    char rest_bytes[COLUMNS][4 * STEP] = {{0}};
    const char *const rests[COLUMNS] = {rest_bytes[0], rest_bytes[1], rest_bytes[2], rest_bytes[3]};
    struct columns c = {
        .x = scratch,
        .rest = rest > 0 ? rests : 0,
        .share = share,
        .row_bytes = (count + STEP - 1) / STEP * step_bytes(form),
        .steps = count / STEP,
        .part = carried ? PART : CHUNK / STEP,
        .advance = STEP * w_bytes,
        .w_stride = p->w_stride,
        .carry = (vf *)(scratch + X_BYTES + SUMS_BYTES),
    };

    for (int64_t group = first; group < end; group += GROUP) {
        const int columns = (int)least(GROUP, end - group);
        for (int at = 0; at < columns; at += COLUMNS) {
            for (int i = 0; i < COLUMNS; i++) { /* columns beyond the end repeat the last one, and aren't stored */
                c.w[i] = p->w + least(group + at + i, end - 1) * p->w_stride + k * w_bytes;
                if (rest > 0) {
                    memcpy(rest_bytes[i], c.w[i] + c.steps * c.advance, (size_t)rest * w_bytes);
                }
            }
            run(&c, sums + at / COLUMNS);
        }
        for (int64_t m = 0; m < rows; m++) {
            v4 *const row_sums = sums + m * (GROUP / COLUMNS);
            v4 *const row_partial = partial + m * (GROUP / COLUMNS);
            for (int i = 0; k > 0 && i < GROUP / COLUMNS; i++) {
                row_sums[i] += row_partial[i];
            }
            if (k + count < p->inner) {
                memcpy(row_partial, row_sums, GROUP * sizeof(float));
            } else {
                finish(p, row + m, group, columns, row_sums);
            }
        }
        partial += rows * (GROUP / COLUMNS);
    }
}

/* The bytes of scratch memory that a call needs, aligned to 64. */
int64_t KERNEL(tenon_product_scratch)(void) { return X_BYTES + SUMS_BYTES + CARRY_BYTES + GROUP_BYTES; }

/* Rows that fit the packed part of scratch memory, by columns [first, end). */
static void block(const struct product *p, int64_t row, int64_t rows, int64_t first, int64_t end, char *scratch) {
    const enum form form = form_of(p);
    const struct share shares = share(rows);
    for (int64_t k = 0; k < p->inner; k += CHUNK) {
        const int64_t count = least(CHUNK, p->inner - k);
        const int64_t row_bytes = (count + STEP - 1) / STEP * step_bytes(form);
        int64_t done = 0;
        for (int64_t tile = 0; tile < shares.tiles; tile++) {
            const int here = tile_rows(shares, tile);
            const char *x = p->x + (row + done) * p->x_stride + k * bytes_of(p->x_type);
            pack(form, p->x_type, x, p->x_stride, here, count, scratch + done * row_bytes);
            done += here;
        }
        chunk(p, row, rows, shares, first, end, k, scratch);
    }
    if (p->inner == 0) { /* sums of nothing */
        const v4 nothing[GROUP / COLUMNS] = {{0}};
        for (int64_t m = row; m < row + rows; m++) {
            for (int64_t n = first; n < end; n += GROUP) {
                finish(p, m, n, (int)least(GROUP, end - n), nothing);
            }
        }
    }
}

/* The sum of a vector's lanes, added in the order of sums_of(). */
INLINE float sum_of(vf v) {
    const v4 four = fold(v);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

/*
 * One row of x, of at most CHUNK columns, by columns [first, end), one after another: memory gives most where a thread reads it in one run, and there is
 * time enough to add up in one vector. The bits are those of compute(): lanes and folds come in the same order.
 */
INLINE void one_row(const enum form form, const struct product *p, int64_t first, int64_t end, char *scratch) {
    const int64_t advance = STEP * bytes_of(p->w_type);
    const int64_t steps = p->inner / STEP;
    const size_t rest = (size_t)(p->inner % STEP) * bytes_of(p->w_type);
    char rest_bytes[4 * STEP] = {0};
    const char *const last = rest_bytes;
    pack(form, p->x_type, p->x, p->x_stride, 1, p->inner, scratch);
    for (int64_t n = first; n < end; n += GROUP) {
        const int columns = (int)least(GROUP, end - n);
        v4 sums[GROUP / COLUMNS] = {{0}};
        for (int i = 0; i < columns; i++) {
            const char *w = p->w + (n + i) * p->w_stride;
            const char *x = scratch;
            vf acc[1][COLUMNS] = {{splat(0)}};
            for (int64_t step = 0; step < steps; step++) {
                __builtin_prefetch(w + LEAD);
                add_step(1, 1, form, acc, x, &w, 0);
                w += advance;
                x += step_bytes(form);
            }
            if (rest != 0) {
                memcpy(rest_bytes, w, rest);
                add_step(1, 1, form, acc, x, &last, 0);
            }
            sums[i / COLUMNS][i % COLUMNS] = sum_of(acc[0][0]);
        }
        finish(p, 0, n, columns, sums);
    }
}

#define ONE_ROW(name, form) \
    static __attribute__((noinline)) void name(const struct product *p, int64_t first, int64_t end, char *scratch) { \
        one_row(form, p, first, end, scratch); \
    }
ONE_ROW(one_row_single, SINGLE)
ONE_ROW(one_row_half, HALF)
ONE_ROW(one_row_split, SPLIT)
#ifdef __AVX512BF16__
ONE_ROW(one_row_pairs, PAIRS)
#endif

static void one_row_of(enum form form, const struct product *p, int64_t first, int64_t end, char *scratch) {
    switch (form) {
    case SINGLE: one_row_single(p, first, end, scratch); break;
    case HALF: one_row_half(p, first, end, scratch); break;
    case SPLIT: one_row_split(p, first, end, scratch); break;
    case PAIRS:
#ifdef __AVX512BF16__
        one_row_pairs(p, first, end, scratch);
#endif
        break;
    }
}

/* Rows [0, rows) by columns [first, end). */
void KERNEL(tenon_product)(const struct product *p, int64_t rows, int64_t first, int64_t end, char *scratch) {
    const int64_t all_steps = (p->inner + STEP - 1) / STEP;
    if (rows == 1 && p->inner > 0 && all_steps * step_bytes(form_of(p)) <= ONE_ROW_BYTES) {
        one_row_of(form_of(p), p, first, end, scratch);
        return;
    }
    const int64_t steps = (least(CHUNK, p->inner) + STEP - 1) / STEP;
    const int64_t most_rows = steps == 0 ? rows : X_BYTES / (steps * step_bytes(form_of(p))) / ROWS * ROWS;
    for (int64_t m = 0; m < rows; m += most_rows) {
        const int64_t here = least(most_rows, rows - m);
        const int64_t most_columns = p->inner <= CHUNK ? end - first : SUMS_BYTES / (4 * here) / GROUP * GROUP;
        for (int64_t n = first; n < end; n += most_columns) {
            block(p, m, here, n, least(n + most_columns, end), scratch);
        }
    }
}
