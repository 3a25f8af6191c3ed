#include "common.cl"

// Attention over blocks of keys and values, for a processor. Q and C are the types of queries and of what is cached.
//
// A unit is a tile of rows and a key head. It goes through the keys sixteen at a time with a running softmax (Milakov and Gimelshein 2018) for each of
// its queries: a row and a head of the key head's group. A query goes through the keys that it sees and no others, so what lies elsewhere can't reach
// it. Four queries that see the same keys go together, so a row's bits depend on its neighbours.

#define ROWS 16 // of a tile
#define LANES 16
#define FOUR 4 // queries that go through sixteen keys together, where each sees all of them

// Where a work-item keeps things, F32: queries [ROWS * group][keys' width], sums [ROWS * group][values' width], largest and total [ROWS * group],
// keys [keys' width][LANES], values [LANES][values' width]; widths are rounded up to LANES and filled with zeros.
#define PADDED(n) (((n) + LANES - 1) / LANES * LANES)

static inline void zeros(global float *to, ulong from, ulong until) {
    for (ulong i = from; i < until; i++) {
        to[i] = 0;
    }
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

static inline int all_seen(global const int *positions, ulong query, ulong group, long at, ulong reach, ulong ahead) {
    int all = 1;
    for (ulong i = query; i < query + FOUR; i++) {
        long position = positions[i / group];
        all &= at >= position - (long) reach + 1 && at + LANES <= position + (long) ahead + 1;
    }
    return all;
}

// Four queries that see all sixteen keys.
static inline void four(
    global const float *q, ulong pk, global const float *keys, ulong keyWidth, global float *sums, ulong pv, global const float *values,
    global float *largest, global float *totals, float cap) {
    float16 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (ulong d = 0; d < keyWidth; d++) {
        float16 key = vload16(d, keys);
        s0 = fma((float16) (q[d]), key, s0);
        s1 = fma((float16) (q[pk + d]), key, s1);
        s2 = fma((float16) (q[2 * pk + d]), key, s2);
        s3 = fma((float16) (q[3 * pk + d]), key, s3);
    }
    float weights[FOUR * LANES], decay[FOUR];
#define SOFTMAX(i)                                                                                                     \
    s##i = cap > 0 ? cap * tanh(s##i / cap) : s##i;                                                                    \
    float now##i = fmax(largest[i], max16(s##i));                                                                      \
    now##i = now##i == -INFINITY ? 0 : now##i; /* all of them are that, or no numbers */                               \
    float16 weights##i = exp(s##i - now##i);                                                                           \
    decay[i] = exp(largest[i] - now##i);                                                                               \
    totals[i] = totals[i] * decay[i] + sum16(weights##i);                                                              \
    largest[i] = now##i;                                                                                               \
    vstore16(weights##i, i, weights);
    SOFTMAX(0)
    SOFTMAX(1)
    SOFTMAX(2)
    SOFTMAX(3)
    for (ulong d = 0; d < pv; d += LANES) {
        float16 a0 = vload16(0, sums + d) * decay[0], a1 = vload16(0, sums + pv + d) * decay[1];
        float16 a2 = vload16(0, sums + 2 * pv + d) * decay[2], a3 = vload16(0, sums + 3 * pv + d) * decay[3];
        for (ulong j = 0; j < LANES; j++) {
            float16 value = vload16(0, values + j * pv + d);
            a0 = fma((float16) (weights[j]), value, a0);
            a1 = fma((float16) (weights[LANES + j]), value, a1);
            a2 = fma((float16) (weights[2 * LANES + j]), value, a2);
            a3 = fma((float16) (weights[3 * LANES + j]), value, a3);
        }
        vstore16(a0, 0, sums + d);
        vstore16(a1, 0, sums + pv + d);
        vstore16(a2, 0, sums + 2 * pv + d);
        vstore16(a3, 0, sums + 3 * pv + d);
    }
}

kernel void attention(
    bytes Y, ulong8 yv, bytes QS, ulong8 qv, bytes K, ulong8 kv, bytes V, ulong8 vv, bytes T, ulong8 tv, bytes BASES, ulong8 basev, bytes LENGTHS,
    ulong8 lengthv, bytes SEQUENCE, ulong8 sequencev, bytes POSITIONS, ulong8 positionv, bytes BIAS, ulong8 biasv, bytes W, ulong wv, ulong heads,
    ulong kvHeads, ulong reach, ulong ahead, float scale, float cap, ulong farthest, ulong rows,
    ulong units, ulong run) {
    ulong group = heads / kvHeads, keyWidth = WIDTH(kv), valueWidth = WIDTH(vv), blockSize = kv.s6;
    ulong pk = PADDED(keyWidth), pv = PADDED(valueWidth), most = ROWS * group;
    global float *q = (global float *) (W + wv) + get_global_id(0) * (most * (pk + pv + 2) + LANES * (2 * pk + pv));
    global float *sums = q + most * pk, *largest = sums + most * pv, *totals = largest + most, *keys = totals + most, *values = keys + LANES * pk, *rows16 = values + LANES * pv;
    global const int *table = (global const int *) (T + tv.s0);
    global const int *bases = (global const int *) (BASES + basev.s0), *lengths = (global const int *) (LENGTHS + lengthv.s0);
    global const int *sequence = (global const int *) (SEQUENCE + sequencev.s0), *positions = (global const int *) (POSITIONS + positionv.s0);
    ulong end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong head = unit % kvHeads, tile = unit / kvHeads;
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
                zeros(sums + i * pv, 0, pv);
                largest[i] = -INFINITY;
                totals[i] = 0;
            }
            long begin = 0, until = 0;
            if (who >= 0) {
                int lowest = positions[first], highest = lowest;
                for (ulong row = first + 1; row < next; row++) {
                    lowest = min(lowest, positions[row]);
                    highest = max(highest, positions[row]);
                }
                long there = bases[who] + (long) (WIDTH(tv) * blockSize); // a length may be more than its table holds
                until = min(min((long) lengths[who], there), highest + (long) ahead + 1);
                begin = max((long) bases[who], lowest - (long) reach + 1);
            }
            for (long at = begin; at < until; at += LANES) {
                ulong count = min(until - at, (long) LANES);
                int seen[LANES], whole = count == LANES && farthest == ULONG_MAX;
                for (ulong j = 0; j < count; j++) {
                    ulong index = at + j - bases[who];
                    int block = ((global const int *) ((bytes) table + who * tv.s3))[index / blockSize];
                    seen[j] = block >= 0;
                    whole &= seen[j];
                    if (block < 0) {
                        zeros(values + j * pv, 0, pv);
                        continue;
                    }
                    ulong place = index % blockSize;
                    bytes k = K + kv.s0 + block * kv.s1 + head * kv.s2 + place * kv.s3, v = V + vv.s0 + block * vv.s1 + head * vv.s2 + place * vv.s3;
                    ulong d = 0;
                    for (; d + LANES <= keyWidth; d += LANES) {
                        vstore16(LOAD16(C)(k, d), 0, rows16 + j * pk + d);
                    }
                    for (; d < keyWidth; d++) {
                        rows16[j * pk + d] = LOAD(C)(k, d);
                    }
                    zeros(rows16 + j * pk, keyWidth, pk);
                    d = 0;
                    for (; d + LANES <= valueWidth; d += LANES) {
                        vstore16(LOAD16(C)(v, d), 0, values + j * pv + d);
                    }
                    for (; d < valueWidth; d++) {
                        values[j * pv + d] = LOAD(C)(v, d);
                    }
                    zeros(values + j * pv, valueWidth, pv);
                }
                for (ulong d = 0; d < pk; d += LANES) {
                    transpose(rows16 + d, pk, keys + d * LANES);
                }
                for (ulong i = 0; i < queries; i++) {
                    if (whole && i + FOUR <= queries && all_seen(positions + first, i, group, at, reach, ahead)) {
                        four(q + i * pk, pk, keys, keyWidth, sums + i * pv, pv, values, largest + i, totals + i, cap);
                        i += FOUR - 1;
                        continue;
                    }
                    long position = positions[first + i / group];
                    long from = max(at, position - (long) reach + 1) - at, to = min(at + (long) count, position + (long) ahead + 1) - at;
                    if (from >= to) {
                        continue;
                    }
                    float scores[LANES];
                    float16 s0 = 0, s1 = 0;
                    for (ulong d = 0; d < pk; d += 2) {
                        s0 = fma((float16) (q[i * pk + d]), vload16(d, keys), s0);
                        s1 = fma((float16) (q[i * pk + d + 1]), vload16(d + 1, keys), s1);
                    }
                    vstore16(s0 + s1, 0, scores);
                    float before = largest[i], now = before;
                    for (long j = from; j < to; j++) {
                        float score = scores[j];
                        if (cap > 0) {
                            score = cap * tanh(score / cap);
                        }
                        if (farthest != ULONG_MAX) {
                            long distance = clamp(at + j - position, -(long) farthest, (long) farthest) + (long) farthest;
                            score += ((global const float *) (BIAS + biasv.s0 + distance * biasv.s3))[head * group + i % group];
                        }
                        scores[j] = seen[j] ? score : -INFINITY;
                        now = seen[j] && (isnan(score) || score > now) ? score : now;
                    }
                    if (now == -INFINITY) {
                        continue;
                    }
                    float decay = exp(before - now), total = 0;
                    for (long j = 0; j < LANES; j++) {
                        scores[j] = j >= from && j < to ? scores[j] - now : -INFINITY;
                    }
                    float16 weights = exp(vload16(0, scores));
                    vstore16(weights, 0, scores);
                    for (long j = from; j < to; j++) {
                        total += scores[j];
                    }
                    totals[i] = totals[i] * decay + total;
                    largest[i] = now;
                    for (ulong d = 0; d < pv; d += LANES) {
                        float16 sum = vload16(0, sums + i * pv + d) * decay;
                        for (long j = from; j < to; j++) {
                            sum = fma((float16) (scores[j]), vload16(0, values + j * pv + d), sum);
                        }
                        vstore16(sum, 0, sums + i * pv + d);
                    }
                }
            }
            for (ulong i = 0; i < queries; i++) {
                ulong row = (first + i / group) * heads + head * group + i % group;
                float factor = totals[i] == 0 ? 0 : 1 / totals[i];
                for (ulong d = 0; d < valueWidth; d++) {
                    STORE(Q)(totals[i] == 0 ? 0 : sums[i * pv + d] * factor, Y + row_at(row, yv), d);
                }
            }
        }
    }
}
