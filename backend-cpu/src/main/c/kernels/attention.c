/*
 * Attention over a cache of blocks: causal, with a window, or to all keys.
 *
 * The keys of a sequence fall into segments of SEGMENT, counted from its table's base. For a query and a segment there are the largest score, the sum of the
 * weights, and the sum of the values by their weights; segments are joined in order (Milakov and Gimelshein 2018). How rows are cut into tiles, and
 * whether a tile's segments are work for one thread or for several, depends on the step; what is added to what, and in which order, doesn't:
 *   - a score is a sum over the columns of the key, first to last;
 *   - the weights of a segment are summed by their place in it: a few vectors of sums, then a tree; a key out of sight has the weight 0;
 *   - a segment's values are summed from the first key in sight to the last.
 * So a row has the same bits whatever else is in the step, whatever the size of blocks, and with any number of threads.
 */
#include "segment.h"

/* The beginning of the workspace. */
struct plan {
    int64_t tiles, items, pieces;
    int64_t left, biases, partials, scratches; /* where they begin, in bytes */
};

static void begin(const struct attention *a, const struct tile *t, const struct scratch *s) {
    for (int64_t i = 0; i < t->rows * group_of(a); i++) s->totals[i] = -1; /* nothing seen */
}

/* Joins a segment to those before it, for a query that sees something of it. One copy of the code, so that its bits are the same for all callers. */
static __attribute__((noinline)) void join(const struct attention *a, const struct scratch *s, int64_t query, float most, float total, const float *sums) {
    float *all_sums = s->all + query * value_width(a);
    if (s->totals[query] == -1) {
        s->mosts[query] = most;
        s->totals[query] = total;
        memcpy(all_sums, sums, (size_t)value_width(a) * sizeof(float));
        return;
    }
    float highest = most > s->mosts[query] ? most : s->mosts[query];
    float below = highest == -INFINITY ? 0 : highest;
    vf before = exponential(splat(s->mosts[query] - below));
    vf now = exponential(splat(most - below));
    for (int64_t d = 0; d < a->value_width; d += LANES) {
        store_f32(all_sums + d, fused(load_f32(sums + d), now, load_f32(all_sums + d) * before));
    }
    s->mosts[query] = highest;
    s->totals[query] = fused(splat(total), now, splat(s->totals[query]) * before)[0];
}

/* Writes the means; zeros where nothing was seen. */
static void finish(const struct attention *a, const struct tile *t, int64_t kv_head, const struct scratch *s) {
    int64_t group = group_of(a);
    int size = bytes_of((enum type)a->q_type);
    for (int64_t i = 0; i < t->rows * group; i++) {
        char *out = a->out + (t->row + i / group) * a->out_row + (kv_head * group + i % group) * a->out_head;
        const float *sums = s->all + i * value_width(a);
        int nothing = s->totals[i] == -1 || s->totals[i] == 0;
        vf total = splat(s->totals[i]);
        for (int64_t d = 0; d < a->value_width; d += LANES) {
            vf mean = nothing ? (vf){0} : load_f32(sums + d) / total;
            int count = (int)lesser(LANES, a->value_width - d);
            if (count == LANES) {
                switch (a->q_type) {
                case F32: store(F32, out + d * size, mean); break;
                case BF16: store(BF16, out + d * size, mean); break;
                default: store(F16, out + d * size, mean); break;
                }
            } else {
                store_part((enum type)a->q_type, out + d * size, mean, count);
            }
        }
    }
}

/* ---- the plan of a step ---- */

INLINE struct plan *plan_of(const struct attention *a) { return (struct plan *)a->workspace; }

INLINE struct tile *tiles_of(const struct attention *a) { return (struct tile *)(a->workspace + padded(sizeof(struct plan), LINE)); }

INLINE int64_t partial_floats(const struct attention *a) { return value_width(a) + 2; }

/* Bytes before the partial results. */
INLINE int64_t plan_bytes(const struct attention *a, int64_t rows) {
    return padded(sizeof(struct plan), LINE) + padded(rows * (int64_t)sizeof(struct tile), LINE)
        + padded(rows * a->kv_heads * (int64_t)sizeof(int32_t), LINE);
}

/* Bytes of the biases by head. */
INLINE int64_t bias_bytes(const struct attention *a) {
    return a->farthest >= 0 ? padded(a->heads * distances(a) * (int64_t)sizeof(float), LINE) : 0;
}

/* Turns the biases round, so that those of a head lie together: [heads, distances]. */
static void put_biases(const struct attention *a, float *to) {
    for (int64_t distance = 0; distance < distances(a); distance++) {
        const float *row = (const float *)(a->bias + distance * a->bias_row);
        for (int64_t head = 0; head < a->heads; head++) to[head * distances(a) + distance] = row[head];
    }
}

/* The most floats of partial results: enough for one row of 32 heads of 64 over 128 thousand keys. With less room fewer items are cut into segments. */
#define MOST_PARTIALS (1 << 20)

/* Floats for the results of segments that several workers share. */
INLINE int64_t room(const struct attention *a, int64_t rows) {
    int64_t segments = (a->entries * a->block_size + SEGMENT - 1) / SEGMENT;
    return a->workers == 1 ? 0 : lesser(MOST_PARTIALS, rows * a->heads * segments * partial_floats(a));
}

/* The bytes of workspace for steps of at most so many rows. */
int64_t KERNEL(tenon_attention_workspace)(const struct attention *a, int64_t rows) {
    struct scratch s;
    return plan_bytes(a, rows) + bias_bytes(a) + padded(room(a, rows) * (int64_t)sizeof(float), LINE) + a->workers * padded(place(a, NULL, &s), LINE);
}

/* What a row sees of its sequence: segments, and the number of keys. */
static int64_t look(const struct attention *a, struct tile *t) {
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int32_t row = t->row; row < t->row + t->rows; row++) {
        low = lesser(low, lowest(a, a->positions[row], t->base));
        high = greater(high, highest(a, a->positions[row], t->last));
    }
    if (low > high) {
        t->first = t->end = 0;
        return 0;
    }
    t->first = (int32_t)((low - t->base) / SEGMENT);
    t->end = (int32_t)((high - t->base) / SEGMENT + 1);
    return high - low + 1;
}

/* What a piece of work costs, in elements read: those of keys and values, and more for each query. */
INLINE int64_t cost(const struct attention *a, const struct tile *t, int64_t keys) {
    return keys * (a->key_width + a->value_width) * (4 + t->rows * group_of(a)) / 4 + t->rows * group_of(a) * a->value_width;
}

/* Pieces below this cost aren't worth handing to another thread. */
#define GRAIN 16384

/* An item of a tile with more than its share of the step's work is cut into its segments, so that no thread waits for one that has it all. */
#define SHARES 8

/* Plans a step of so many rows; returns into how many pieces its work is cut. */
int64_t KERNEL(tenon_attention_plan)(const struct attention *a, int64_t rows) {
    struct plan *plan = plan_of(a);
    struct tile *tiles = tiles_of(a);
    int64_t count = 0, effort = 0;
    for (int64_t row = 0; row < rows; count++) {
        struct tile *t = &tiles[count];
        t->owner = a->sequence[row];
        t->row = (int32_t)row;
        int64_t end = lesser(rows, row + tile_rows(a));
        for (row++; row < end && a->sequence[row] == t->owner; row++) {}
        t->rows = (int32_t)(row - t->row);
        int64_t keys = 0;
        if (t->owner >= 0) {
            t->base = a->bases[t->owner];
            t->last = a->lengths[t->owner] - 1;
            keys = look(a, t);
        } else {
            t->first = t->end = 0;
        }
        t->partial = cost(a, t, keys);
        effort += t->partial * a->kv_heads;
    }
    int64_t items = 0, counters = 0, partials = 0, most = room(a, rows);
    int32_t *left = (int32_t *)(a->workspace + padded(sizeof(struct plan), LINE) + padded(rows * (int64_t)sizeof(struct tile), LINE));
    for (int64_t i = 0; i < count; i++) {
        struct tile *t = &tiles[i];
        int64_t segments = t->end - t->first;
        int64_t floats = a->kv_heads * segments * t->rows * group_of(a) * partial_floats(a);
        int split = a->workers > 1 && segments > 1 && t->partial * SHARES * a->workers > effort && partials + floats <= most;
        t->pieces = split ? (int32_t)segments : 1;
        t->item = items;
        t->partial = partials;
        t->counter = counters;
        items += a->kv_heads * t->pieces;
        if (split) {
            partials += floats;
            for (int64_t head = 0; head < a->kv_heads; head++) left[counters++] = t->pieces;
        }
    }
    plan->tiles = count;
    plan->items = items;
    plan->left = (char *)left - a->workspace;
    plan->biases = plan_bytes(a, rows);
    if (a->farthest >= 0) put_biases(a, (float *)(a->workspace + plan->biases));
    plan->partials = plan->biases + bias_bytes(a);
    plan->scratches = plan->partials + padded(partials * (int64_t)sizeof(float), LINE);
    plan->pieces = greater(1, lesser(items, effort / GRAIN));
    return plan->pieces;
}

static const struct tile *tile_of(const struct attention *a, int64_t item) {
    const struct tile *tiles = tiles_of(a);
    int64_t low = 0, high = plan_of(a)->tiles - 1;
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (tiles[middle].item <= item) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return &tiles[low];
}

/* All segments of a tile and a key head. */
static void attend_whole(const struct attention *a, const struct tile *t, int64_t kv_head, const struct scratch *s) {
    begin(a, t, s);
    if (t->first < t->end) put_queries(a, t, kv_head, s->queries);
    for (int32_t segment = t->first; segment < t->end; segment++) {
        see(a, t, kv_head, segment, s);
        for (int64_t i = 0; i < t->rows * group_of(a); i++) {
            if (s->from[i] < s->to[i]) join(a, s, i, s->most[i], s->weights[i], s->sums + i * value_width(a));
        }
    }
    finish(a, t, kv_head, s);
}

/* One segment of a tile and a key head; whoever does the last one joins all. */
static void attend_part(const struct attention *a, const struct tile *t, int64_t kv_head, int32_t piece, const struct scratch *s) {
    int64_t queries = t->rows * group_of(a);
    int64_t floats = queries * partial_floats(a);
    float *parts = (float *)(a->workspace + plan_of(a)->partials) + t->partial + kv_head * t->pieces * floats;
    float *own = parts + piece * floats;
    put_queries(a, t, kv_head, s->queries);
    see(a, t, kv_head, t->first + piece, s);
    for (int64_t i = 0; i < queries; i++) {
        float *part = own + i * partial_floats(a);
        if (s->from[i] < s->to[i]) {
            part[0] = s->most[i];
            part[1] = s->weights[i];
            memcpy(part + 2, s->sums + i * value_width(a), (size_t)value_width(a) * sizeof(float));
        }
    }
    int32_t *left = (int32_t *)(a->workspace + plan_of(a)->left) + t->counter + kv_head;
    if (__atomic_sub_fetch(left, 1, __ATOMIC_ACQ_REL) > 0) return;
    begin(a, t, s);
    for (int32_t each = 0; each < t->pieces; each++) {
        for (int64_t i = 0; i < queries; i++) {
            int32_t from, to;
            sees(a, t, t->first + each, position_of(a, t, i), &from, &to);
            const float *part = parts + each * floats + i * partial_floats(a);
            if (from < to) join(a, s, i, part[0], part[1], part + 2);
        }
    }
    finish(a, t, kv_head, s);
}

/* One of the pieces that were planned. Items go from the last to the first: the last rows of a prompt see the most keys, and cost the most. */
void KERNEL(tenon_attention_run)(const struct attention *a, int64_t piece, int64_t worker) {
    const struct plan *plan = plan_of(a);
    struct scratch s;
    int64_t bytes = padded(place(a, NULL, &s), LINE);
    place(a, a->workspace + plan->scratches + worker * bytes, &s);
    s.biases = (const float *)(a->workspace + plan->biases);
    memset(s.nothing, 0, (size_t)greater(query_width(a), value_width(a)) * sizeof(float));
    int64_t end = plan->items * (piece + 1) / plan->pieces;
    for (int64_t i = plan->items * piece / plan->pieces; i < end; i++) {
        int64_t item = plan->items - 1 - i;
        const struct tile *t = tile_of(a, item);
        int64_t own = item - t->item;
        if (t->pieces == 1) {
            attend_whole(a, t, own, &s);
        } else {
            attend_part(a, t, own / t->pieces, t->pieces - 1 - (int32_t)(own % t->pieces), &s);
        }
    }
}
