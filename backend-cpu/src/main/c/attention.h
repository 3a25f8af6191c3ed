/* Attention's operands, and the units of its work. */
#ifndef TENON_ATTENTION_H
#define TENON_ATTENTION_H

#include "functions.h"

#define SEGMENT 256 /* keys whose weights are summed before they join those of earlier segments */
#define TILE 64     /* queries that share the reading of keys, unless a row alone has more */
#define LINE 64     /* bytes of a cache line */

/* What Java writes: 8 bytes each, in this order. Strides are in bytes. */
struct attention {
    const char *q; /* [rows, heads, key_width] */
    int64_t q_row, q_head, q_type;
    char *out; /* [rows, heads, value_width], of the type of q */
    int64_t out_row, out_head;
    const char *keys; /* [blocks, kv_heads, block_size, key_width] */
    int64_t key_block, key_head, key_row, key_type;
    const char *values; /* [blocks, kv_heads, block_size, value_width] */
    int64_t value_block, value_head, value_row, value_type;
    const char *table; /* [sequences, entries] */
    int64_t table_row, entries;
    const int32_t *bases, *lengths;       /* [sequences] */
    const int32_t *sequence, *positions;  /* [rows] */
    int64_t blocks, heads, kv_heads, key_width, value_width, block_size;
    int64_t reach; /* how many keys a query sees at most of those up to its position, its own included */
    int64_t ahead; /* how many it sees at most of those after its position */
    double scale;  /* multiplies the scores */
    double soft_cap; /* what scores are capped at; 0 for none */
    int64_t farthest; /* the last distance with a bias of its own; negative for no biases */
    const char *bias; /* F32 [2 * farthest + 1, heads]: added to scores by distance */
    int64_t bias_row;
    int64_t workers;
    char *workspace;
};

/* Rows of one sequence, and where their items and partial results begin. */
struct tile {
    int32_t row, rows;
    int32_t owner;
    int32_t base, last;        /* positions: of the table's first key, of the sequence's last */
    int32_t first, end;        /* segments in sight */
    int32_t pieces;            /* for each key head */
    int64_t item;              /* the first item */
    int64_t partial;           /* floats before its partial results */
    int64_t counter;           /* the first counter of pieces that are left, one for each key head */
};

/* One worker's arrays, in the workspace. */
struct scratch {
    float *panels;   /* [SEGMENT / CHUNK][columns of a key][CHUNK] */
    float *values;   /* [SEGMENT][value width, padded] */
    float *scores;   /* [queries][SEGMENT], then weights */
    float *queries;  /* [queries][columns, padded]; in BF16 where products are */
    float *sums;     /* [queries][value width, padded]: of a segment */
    float *all;      /* [queries][value width, padded]: of the segments so far */
    float *most;     /* [queries]: the largest score of a segment */
    float *weights;  /* [queries]: the sum of its weights */
    float *mosts;    /* [queries]: of the segments so far */
    float *totals;   /* [queries]: of the segments so far; -1 while nothing has been seen */
    int32_t *from, *to; /* [queries]: what each sees of the segment */
    const float *biases; /* [heads][distances], shared by all workers; where there are any */
    float *nothing;  /* zeros: stands for a key, or a value, that no block holds */
};

INLINE int64_t padded(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

/* Whether scores are sums of products of BF16 pairs, as the processor has them: exact products, sums in F32. */
INLINE int paired(const struct attention *a) {
#if defined(__AVX512BF16__)
    return a->q_type == BF16 && a->key_type == BF16;
#else
    (void)a;
    return 0;
#endif
}

/* Distances that have a bias of their own; none if negative. */
INLINE int64_t distances(const struct attention *a) { return 2 * a->farthest + 1; }

INLINE int64_t group_of(const struct attention *a) { return a->heads / a->kv_heads; }

INLINE int64_t tile_rows(const struct attention *a) { return greater(1, TILE / group_of(a)); }

INLINE int64_t tile_queries(const struct attention *a) { return tile_rows(a) * group_of(a); }

/* Widths in floats: of a row of queries, of values. */
INLINE int64_t query_width(const struct attention *a) { return padded(a->key_width, 2 * 16); }

INLINE int64_t value_width(const struct attention *a) { return padded(a->value_width, 16); }

/* Gives each array its place; returns the bytes of all. */
INLINE int64_t place(const struct attention *a, char *at, struct scratch *s) {
    int64_t queries = tile_queries(a);
    int64_t sizes[] = {
        SEGMENT * query_width(a), SEGMENT * value_width(a), queries * SEGMENT, queries * query_width(a),
        queries * value_width(a), queries * value_width(a), queries, queries, queries, queries, queries, queries,
        greater(query_width(a), value_width(a))};
    float **arrays[] = {&s->panels, &s->values, &s->scores, &s->queries, &s->sums, &s->all,
        &s->most, &s->weights, &s->mosts, &s->totals, (float **)&s->from, (float **)&s->to, &s->nothing};
    int64_t bytes = 0;
    for (int i = 0; i < 13; i++) {
        *arrays[i] = (float *)(at + bytes);
        bytes += padded(sizes[i] * (int64_t)sizeof(float), LINE);
    }
    return bytes;
}

/* The first key that a query sees. */
INLINE int64_t lowest(const struct attention *a, int64_t position, int64_t base) {
    return greater(base, position - a->reach + 1);
}

/* The last key that a query sees. */
INLINE int64_t highest(const struct attention *a, int64_t position, int64_t last) {
    return lesser(last, position + a->ahead);
}

/* The keys of a segment that the query at a position sees, counted from the segment's first. */
INLINE void sees(const struct attention *a, const struct tile *t, int64_t segment, int64_t position, int32_t *from, int32_t *to) {
    int64_t start = t->base + segment * SEGMENT;
    int64_t low = greater(lowest(a, position, t->base) - start, 0);
    int64_t high = lesser(highest(a, position, t->last) - start + 1, SEGMENT);
    *from = (int32_t)lesser(low, SEGMENT);
    *to = (int32_t)greater(high, *from);
}

INLINE int64_t position_of(const struct attention *a, const struct tile *t, int64_t query) {
    return a->positions[t->row + query / group_of(a)];
}

#endif
