#include "softmax.cl"

// Attention over blocks of keys and values, for a processor. Q and C are the types of queries and of what is cached.
//
// A unit is a tile of rows, a key head, and every chunks-th part of the keys. It goes through the keys sixteen at a time, and what it does for a query (a
// row and a head of the key head's group) is the same whoever else is in the tile. A query goes through the keys that it sees and no others, so what
// lies elsewhere can't reach it. With one chunk a unit joins the parts itself; with several, join() does.

#define ROWS 16 // of a tile
#define FOUR 4 // queries that go through sixteen keys together

// Where a work-item keeps things, F32: queries [ROWS * group][keys' width], sums of a part and of all [ROWS * group][values' width], largest score and
// total of a part and of all [ROWS * group], keys [keys' width][LANES] and as they lie [LANES][keys' width], values [LANES][values' width]; widths are
// rounded up to LANES and filled with zeros.

static inline void zeros(global float *to, ulong from, ulong until) {
    for (ulong i = from; i < until; i++) {
        to[i] = 0;
    }
}

// A row as F32.
static inline void fetch(bytes from, ulong width, global float *to, ulong padded) {
    ulong d = 0;
    for (; d + LANES <= width; d += LANES) {
        vstore16(LOAD16(C)(from, d), 0, to + d);
    }
    for (; d < width; d++) {
        to[d] = LOAD(C)(from, d);
    }
    zeros(to, width, padded);
}

// Turns sixteen rows of sixteen, stride numbers apart, into columns. Shuffling rows i and i + 8 into rows 2 i and 2 i + 1, four times, does it.
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)
#define LOW (uint16)(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH (uint16)(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIR(to, from, a, b, x, y) float16 to##x = shuffle2(from##a, from##b, LOW), to##y = shuffle2(from##a, from##b, HIGH);
#define ROUND(to, from)                                                                                                \
    PAIR(to, from, 0, 8, 0, 1)                                                                                         \
    PAIR(to, from, 1, 9, 2, 3)                                                                                         \
    PAIR(to, from, 2, 10, 4, 5)                                                                                        \
    PAIR(to, from, 3, 11, 6, 7)                                                                                        \
    PAIR(to, from, 4, 12, 8, 9)                                                                                        \
    PAIR(to, from, 5, 13, 10, 11)                                                                                      \
    PAIR(to, from, 6, 14, 12, 13)                                                                                      \
    PAIR(to, from, 7, 15, 14, 15)

static inline void transpose(global const float *from, ulong stride, global float *to) {
#define READ(i) float16 a##i = vload16(0, from + i * stride);
    EACH(READ)
    ROUND(b, a)
    ROUND(c, b)
    ROUND(d, c)
    ROUND(e, d)
#define WRITE(i) vstore16(e##i, i, to);
    EACH(WRITE)
}


// The products of queries with sixteen keys.
#define START(i) float16 even##i = 0, odd##i = 0;
#define MULTIPLY(i)                                                                                                    \
    even##i = fma((float16) (q[i * pk + d]), first, even##i);                                                          \
    odd##i = fma((float16) (q[i * pk + d + 1]), second, odd##i);
#define FINISH(i) vstore16(even##i + odd##i, i, scores);
#define PRODUCTS(name, each)                                                                                           \
    static inline void name(global const float *q, ulong pk, global const float *keys, float *scores) {                \
        each(START) for (ulong d = 0; d < pk; d += 2) {                                                                \
            float16 first = vload16(d, keys), second = vload16(d + 1, keys);                                           \
            each(MULTIPLY)                                                                                             \
        }                                                                                                              \
        each(FINISH)                                                                                                   \
    }
#define EACH_1(f) f(0)
#define EACH_4(f) f(0) f(1) f(2) f(3)
PRODUCTS(products_1, EACH_1)
PRODUCTS(products_4, EACH_4)

// Adds values by their weights to the sums of queries, which decay before.
#define BEGIN(i) float16 sum##i = vload16(0, sums + i * pv + d) * decay[i];
#define ADD(i) sum##i = fma((float16) (weights[i * LANES + j]), value, sum##i);
#define END_OF(i) vstore16(sum##i, 0, sums + i * pv + d);
#define MIX(name, each)                                                                                                \
    static inline void name(                                                                                           \
        global float *sums, ulong pv, global const float *values, const float *weights, const float *decay, long from, long to) { \
        for (ulong d = 0; d < pv; d += LANES) {                                                                        \
            each(BEGIN) for (long j = from; j < to; j++) {                                                             \
                float16 value = vload16(0, values + j * pv + d);                                                       \
                each(ADD)                                                                                              \
            }                                                                                                          \
            each(END_OF)                                                                                               \
        }                                                                                                              \
    }
MIX(mix_1, EACH_1)
MIX(mix_4, EACH_4)

// Makes weights of the scores of keys that are seen, and how much what was there before decays.
static inline float weigh(float *scores, int16 seen, float cap, float16 bias, global float *largest, global float *total) {
    float16 score = vload16(0, scores);
    score = (cap > 0 ? cap * tanh(score / cap) : score) + bias;
    score = select((float16) (-INFINITY), score, seen);
    float before = *largest, now = fmax(before, max16(score)), at = from_largest(now);
    float16 weights = exponential16(score - at);
    float decay = exponential(before - at);
    *total = fma(*total, decay, sum16(weights));
    *largest = now;
    vstore16(weights, 0, scores);
    return decay;
}

// Joins the sums of a part to those before it; nothing is there before the first.
static inline Found join_sums(global float *all, global const float *part, ulong pv, Found before, Found here, int first) {
    float2 factors = (float2) (1, 0);
    Found found = here.total == 0 ? before : joined(before, here, &factors);
    for (ulong d = 0; d < pv && (first || here.total != 0); d += LANES) {
        float16 sums = here.total == 0 ? 0 : vload16(0, part + d);
        vstore16(JOINED(first ? 0 : vload16(0, all + d), sums, factors), 0, all + d);
    }
    return found;
}

// The mean of the values, as an output's row.
static inline void put(global const float *sums, float total, ulong width, bytes to) {
    for (ulong d = 0; d < width; d++) {
        STORE(Q)(mean(sums[d], total), to, d);
    }
}

kernel void attention(
    bytes Y, ulong8 yv, bytes QS, ulong8 qv, bytes K, ulong8 kv, bytes V, ulong8 vv, bytes T, ulong8 tv, bytes BASES, ulong8 basev, bytes LENGTHS,
    ulong8 lengthv, bytes SEQUENCE, ulong8 sequencev, bytes POSITIONS, ulong8 positionv, bytes BIAS, ulong8 biasv, ulong heads, ulong kvHeads,
    ulong reach, ulong ahead, float scale, float cap, ulong farthest, ulong rows, ulong slots, ulong chunks, bytes WORK, ulong wv, ulong partials, ulong units,
    ulong run) {
    ulong group = heads / kvHeads, keyWidth = WIDTH(kv), valueWidth = WIDTH(vv), pk = PADDED(keyWidth), pv = PADDED(valueWidth), most = ROWS * group;
    uint blockSize = kv.s6;
    global float *q = (global float *) (WORK + wv) + get_global_id(0) * (most * (pk + 2 * pv + 4) + LANES * (2 * pk + pv));
    global float *sums = q + most * pk, *all = sums + most * pv, *largest = all + most * pv, *totals = largest + most, *allLargest = totals + most;
    global float *allTotals = allLargest + most, *keys = allTotals + most, *lying = keys + LANES * pk, *values = lying + LANES * pk;
    global const int *bases = (global const int *) (BASES + basev.s0), *lengths = (global const int *) (LENGTHS + lengthv.s0);
    global const int *sequence = (global const int *) (SEQUENCE + sequencev.s0), *positions = (global const int *) (POSITIONS + positionv.s0);
    const int16 lanes = (int16) (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    ulong end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong head = unit % kvHeads, chunk = unit / kvHeads % chunks, tile = unit / kvHeads / chunks;
        ulong last = min((tile + 1) * ROWS, rows);
        for (ulong first = tile * ROWS, next; first < last; first = next) {
            int who = sequence[first];
            next = first + 1;
            while (next < last && sequence[next] == who) {
                next++;
            }
            ulong queries = (next - first) * group;
            for (ulong i = 0; i < queries; i++) {
                bytes from = QS + row_at((first + i / group) * heads + head * group + i % group, qv);
                for (ulong d = 0; d < keyWidth; d++) {
                    q[i * pk + d] = LOAD(Q)(from, d) * scale;
                }
                zeros(q + i * pk, keyWidth, pk);
                zeros(all + i * pv, 0, pv);
                allLargest[i] = -INFINITY;
                allTotals[i] = 0;
            }
            long base = 0, begin = 0, until = 0;
            global const int *table = (global const int *) (T + tv.s0);
            if (who >= 0) {
                int lowest = positions[first], highest = lowest;
                for (ulong row = first + 1; row < next; row++) {
                    lowest = min(lowest, positions[row]);
                    highest = max(highest, positions[row]);
                }
                table = (global const int *) ((bytes) table + who * tv.s3);
                base = bases[who];
                long there = base + (long) (WIDTH(tv) * blockSize); // a length may be more than its table holds
                until = min(min((long) lengths[who], there), highest + (long) ahead + 1);
                begin = max(base, lowest - (long) reach + 1);
            }
            long parted = base / PART;
            ulong slot = chunks == 1 ? begin / PART - parted : chunk;
            for (; chunks == 1 ? (parted + (long) slot) * PART < until : slot < slots; slot += chunks) {
                long start = (parted + (long) slot) * PART, stop = min(until, start + PART);
                start = max(start, begin / LANES * LANES);
                for (ulong i = 0; i < queries; i++) {
                    zeros(sums + i * pv, 0, pv);
                    largest[i] = -INFINITY;
                    totals[i] = 0;
                }
                for (long at = start; at < stop; at += LANES) {
                    long low = max(begin, at) - at, high = min(stop, at + LANES) - at;
                    uint index = at + low - base, entry = index / blockSize, place = index % blockSize;
                    int there[LANES];
                    for (long j = 0; j < LANES; j++) {
                        int block = j >= low && j < high ? table[entry] : -1;
                        there[j] = block < 0 ? 0 : -1;
                        if (block < 0) {
                            zeros(lying + j * pk, 0, pk);
                            zeros(values + j * pv, 0, pv);
                        } else {
                            fetch(K + kv.s0 + block * kv.s1 + head * kv.s2 + place * kv.s3, keyWidth, lying + j * pk, pk);
                            fetch(V + vv.s0 + block * vv.s1 + head * vv.s2 + place * vv.s3, valueWidth, values + j * pv, pv);
                        }
                        if (j >= low && ++place == blockSize) {
                            place = 0;
                            entry++;
                        }
                    }
                    int16 known = vload16(0, there);
                    for (ulong d = 0; d < pk; d += LANES) {
                        transpose(lying + d, pk, keys + d * LANES);
                    }
                    for (ulong i = 0; i < queries; i += FOUR) {
                        ulong count = min(queries - i, (ulong) FOUR);
                        long from[FOUR], to[FOUR];
                        int some = 0, whole = count == FOUR;
                        for (ulong r = 0; r < count; r++) {
                            long position = positions[first + (i + r) / group];
                            from[r] = max(low, position - (long) reach + 1 - at);
                            to[r] = min(high, position + (long) ahead + 1 - at);
                            some |= from[r] < to[r];
                            whole &= from[r] == 0 && to[r] == LANES;
                        }
                        if (!some) {
                            continue;
                        }
                        float weights[FOUR * LANES], decay[FOUR];
                        if (count == FOUR) {
                            products_4(q + i * pk, pk, keys, weights);
                        } else {
                            for (ulong r = 0; r < count; r++) {
                                products_1(q + (i + r) * pk, pk, keys, weights + r * LANES);
                            }
                        }
                        for (ulong r = 0; r < count; r++) {
                            if (from[r] >= to[r]) {
                                continue;
                            }
                            float16 bias = 0;
                            if (farthest != ULONG_MAX) {
                                float biases[LANES];
                                for (long j = 0; j < LANES; j++) {
                                    long distance = at + j - positions[first + (i + r) / group];
                                    ulong row = clamp(distance, -(long) farthest, (long) farthest) + (long) farthest;
                                    biases[j] = ((global const float *) (BIAS + biasv.s0 + row * biasv.s3))[head * group + (i + r) % group];
                                }
                                bias = vload16(0, biases);
                            }
                            int16 seen = known && lanes >= (int) from[r] && lanes < (int) to[r];
                            decay[r] = weigh(weights + r * LANES, seen, cap, bias, largest + i + r, totals + i + r);
                        }
                        if (whole) {
                            mix_4(sums + i * pv, pv, values, weights, decay, 0, LANES);
                        } else {
                            for (ulong r = 0; r < count; r++) {
                                if (from[r] < to[r]) {
                                    mix_1(sums + (i + r) * pv, pv, values, weights + r * LANES, decay + r, from[r], to[r]);
                                }
                            }
                        }
                    }
                }
                for (ulong i = 0; i < queries; i++) {
                    if (chunks == 1) {
                        Found before = {allLargest[i], allTotals[i]}, here = {largest[i], totals[i]};
                        Found found = join_sums(all + i * pv, sums + i * pv, pv, before, here, 0);
                        allLargest[i] = found.largest;
                        allTotals[i] = found.total;
                    } else {
                        ulong row = (first + i / group) * heads + head * group + i % group;
                        global float *part = (global float *) (WORK + partials) + (row * slots + slot) * (pv + 2);
                        part[pv] = largest[i];
                        part[pv + 1] = totals[i];
                        for (ulong d = 0; d < pv && totals[i] != 0; d += LANES) {
                            vstore16(vload16(0, sums + i * pv + d), 0, part + d);
                        }
                    }
                }
            }
            for (ulong i = 0; i < queries && chunks == 1; i++) {
                put(all + i * pv, allTotals[i], valueWidth, Y + row_at((first + i / group) * heads + head * group + i % group, yv));
            }
        }
    }
}

// The outputs of parts. A unit is a row's head; its first part's place holds what is joined.
kernel void join(bytes Y, ulong8 yv, bytes WORK, ulong partials, ulong slots, ulong units, ulong run) {
    ulong valueWidth = WIDTH(yv), pv = PADDED(valueWidth), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        global float *parts = (global float *) (WORK + partials) + row * slots * (pv + 2);
        Found found = nothing_found();
        for (ulong slot = 0; slot < slots; slot++) {
            global const float *part = parts + slot * (pv + 2);
            Found here = {part[pv], part[pv + 1]};
            found = join_sums(parts, part, pv, found, here, slot == 0);
        }
        put(parts, found.total, valueWidth, Y + row_at(row, yv));
    }
}
