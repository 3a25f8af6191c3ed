#include "softmax.cl"

// Attention over blocks of keys and values, for a GPU. Q and C are the types of queries and of what is cached, GROUP the items of a work-group, KEYS and
// VALUES widths that theirs fit in, EACH the queries of an item, NEAR the keys of an item.
//
// A unit is a tile of queries (some rows with some heads of a key head's group) and every chunks-th part of the keys. Tiles of keys, then of their values, go through
// local memory. A team of LANES items has EACH queries: first each lane has NEAR keys, then VALUES / LANES columns of the sums. What is done for a query is the
// same whoever else is in the tile. A query takes the values that it sees and no others, so what lies elsewhere can't reach it.

#define QUERIES (GROUP / LANES * EACH)
#define TILE (LANES * NEAR)
#define COLUMNS (VALUES / LANES)
#define WIDE (KEYS > VALUES ? KEYS : VALUES)
#define STRIDE(width) ((width) + 1) // so that lanes that read rows find them in banks of their own

// Loads rows of what is cached, zeros where there is none.
static inline void fetch(bytes from, ulong8 v, ulong head, ulong width, ulong padded, local const int *blocks, local const int *places, local float *tile) {
    for (uint i = get_local_id(0); i < TILE * padded; i += GROUP) {
        uint key = i / padded, d = i % padded;
        bytes row = from + v.s0 + max(blocks[key], 0) * v.s1 + head * v.s2 + places[key] * v.s3;
        tile[key * STRIDE(padded) + d] = blocks[key] >= 0 && d < width ? LOAD(C)(row, d) : 0;
    }
}

kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void attention(
    bytes Y, ulong8 yv, bytes QS, ulong8 qv, bytes K, ulong8 kv, bytes V, ulong8 vv, bytes T, ulong8 tv, bytes BASES, ulong8 basev, bytes LENGTHS,
    ulong8 lengthv, bytes SEQUENCE, ulong8 sequencev, bytes POSITIONS, ulong8 positionv, bytes BIAS, ulong8 biasv, ulong heads, ulong kvHeads,
    ulong reach, ulong ahead, float scale, float cap, ulong farthest, ulong rows, ulong slots, ulong chunks, bytes WORK, ulong partials, ulong tileRows,
    ulong tileHeads) {
    local float queries[QUERIES * KEYS], tile[TILE * STRIDE(WIDE)], weights[QUERIES * TILE], largests[QUERIES * LANES], sums[QUERIES * LANES];
    local int blocks[TILE], places[TILE];
    ulong group = heads / kvHeads, keyWidth = WIDTH(kv), valueWidth = WIDTH(vv), tiles = (rows + tileRows - 1) / tileRows;
    ulong unit = get_group_id(0), chunk = unit % chunks, tileOf = unit / chunks % tiles, rest = unit / chunks / tiles;
    ulong head = rest % kvHeads, member = rest / kvHeads * tileHeads, members = min(tileHeads, group - member);
    uint item = get_local_id(0), lane = item % LANES, team = item / LANES;
    global const int *bases = (global const int *) (BASES + basev.s0), *lengths = (global const int *) (LENGTHS + lengthv.s0);
    global const int *sequence = (global const int *) (SEQUENCE + sequencev.s0), *positions = (global const int *) (POSITIONS + positionv.s0);
    uint blockSize = kv.s6;
    ulong last = min((tileOf + 1) * tileRows, rows);
    for (ulong first = tileOf * tileRows, next; first < last; first = next) {
        int who = sequence[first], lowest = positions[first], highest = lowest;
        for (next = first + 1; next < last && sequence[next] == who; next++) {
            lowest = min(lowest, positions[next]);
            highest = max(highest, positions[next]);
        }
        ulong count = (next - first) * members;
        barrier(CLK_LOCAL_MEM_FENCE); // nobody still reads the queries before
        for (uint i = item; i < QUERIES * KEYS; i += GROUP) {
            uint query = i / KEYS, d = i % KEYS;
            ulong row = min(first + query / members, rows - 1) * heads + head * group + member + query % members;
            queries[i] = query < count && d < keyWidth ? LOAD(Q)(QS + row_at(row, qv), d) * scale : 0;
        }
        long base = 0, begin = 0, until = 0, position[EACH];
        global const int *table = (global const int *) (T + tv.s0);
        if (who >= 0) {
            table = (global const int *) ((bytes) table + who * tv.s3);
            base = bases[who];
            long there = base + (long) (WIDTH(tv) * blockSize); // a length may be more than its table holds
            until = min(min((long) lengths[who], there), highest + (long) ahead + 1);
            begin = max(base, lowest - (long) reach + 1);
        }
        float all[EACH * COLUMNS];
        Found found[EACH];
        for (int r = 0; r < EACH; r++) {
            position[r] = positions[min(first + (team * EACH + r) / members, rows - 1)];
            found[r] = nothing_found();
            for (int c = 0; c < COLUMNS; c++) {
                all[r * COLUMNS + c] = 0;
            }
        }
        long parted = base / PART;
        ulong slot = chunks == 1 ? begin / PART - parted : chunk;
        for (; chunks == 1 ? (parted + (long) slot) * PART < until : slot < slots; slot += chunks) {
            float part[EACH * COLUMNS];
            Found here[EACH];
            for (int r = 0; r < EACH; r++) {
                here[r] = nothing_found();
                for (int c = 0; c < COLUMNS; c++) {
                    part[r * COLUMNS + c] = 0;
                }
            }
            long start = (parted + (long) slot) * PART, stop = min(until, start + PART);
            for (long at = max(start, begin / TILE * TILE); at < stop; at += TILE) {
                barrier(CLK_LOCAL_MEM_FENCE); // nobody still reads the values before
                for (uint key = item; key < TILE; key += GROUP) {
                    long where = at + key;
                    uint index = where >= begin && where < stop ? where - base : 0;
                    blocks[key] = where >= begin && where < stop ? table[index / blockSize] : -1;
                    places[key] = index % blockSize;
                }
                barrier(CLK_LOCAL_MEM_FENCE);
                fetch(K, kv, head, keyWidth, KEYS, blocks, places, tile);
                barrier(CLK_LOCAL_MEM_FENCE);
                float scores[EACH * NEAR];
                for (int i = 0; i < EACH * NEAR; i++) {
                    scores[i] = 0;
                }
                for (uint d = 0; d < KEYS; d++) {
                    for (int r = 0; r < EACH; r++) {
                        for (int n = 0; n < NEAR; n++) {
                            float key = tile[(n * LANES + lane) * STRIDE(KEYS) + d];
                            scores[r * NEAR + n] = fma(queries[(team * EACH + r) * KEYS + d], key, scores[r * NEAR + n]);
                        }
                    }
                }
                for (int r = 0; r < EACH; r++) {
                    ulong query = team * EACH + r;
                    float most = -INFINITY;
                    for (int n = 0; n < NEAR; n++) {
                        long distance = at + n * LANES + lane - position[r];
                        float score = scores[r * NEAR + n];
                        score = cap > 0 ? cap * tanh(score / cap) : score;
                        if (farthest != ULONG_MAX && query < count) {
                            ulong row = clamp(distance, -(long) farthest, (long) farthest) + (long) farthest;
                            score += ((global const float *) (BIAS + biasv.s0 + row * biasv.s3))[head * group + member + query % members];
                        }
                        int seen = query < count && blocks[n * LANES + lane] >= 0 && distance > -(long) reach && distance <= (long) ahead;
                        scores[r * NEAR + n] = seen ? score : -INFINITY;
                        most = fmax(most, scores[r * NEAR + n]);
                    }
                    largests[query * LANES + lane] = most;
                }
                barrier(CLK_LOCAL_MEM_FENCE);
                fetch(V, vv, head, valueWidth, VALUES, blocks, places, tile);
                for (int r = 0; r < EACH; r++) {
                    uint query = team * EACH + r;
                    float now = here[r].largest, total = 0;
                    for (int i = 0; i < LANES; i++) {
                        now = fmax(now, largests[query * LANES + i]);
                    }
                    float decay = exponential(here[r].largest - from_largest(now));
                    for (int n = 0; n < NEAR; n++) {
                        float weight = exponential(scores[r * NEAR + n] - from_largest(now));
                        weights[query * TILE + n * LANES + lane] = weight;
                        total += weight;
                    }
                    sums[query * LANES + lane] = total;
                    here[r].largest = now;
                    here[r].total *= decay;
                    for (int c = 0; c < COLUMNS; c++) {
                        part[r * COLUMNS + c] *= decay;
                    }
                }
                barrier(CLK_LOCAL_MEM_FENCE);
                long from[EACH], to[EACH];
                for (int r = 0; r < EACH; r++) {
                    float total = 0;
                    for (int i = 0; i < LANES; i++) {
                        total += sums[(team * EACH + r) * LANES + i];
                    }
                    here[r].total += total;
                    from[r] = position[r] - (long) reach + 1 - at;
                    to[r] = position[r] + (long) ahead + 1 - at;
                }
                for (long key = 0; key < TILE; key++) {
                    float values[COLUMNS];
                    for (int c = 0; c < COLUMNS; c++) {
                        values[c] = tile[key * STRIDE(VALUES) + c * LANES + lane];
                    }
                    for (int r = 0; r < EACH; r++) {
                        float weight = weights[(team * EACH + r) * TILE + key];
                        for (int c = 0; c < COLUMNS && key >= from[r] && key < to[r]; c++) {
                            part[r * COLUMNS + c] = fma(weight, values[c], part[r * COLUMNS + c]);
                        }
                    }
                }
            }
            for (int r = 0; r < EACH; r++) {
                ulong query = team * EACH + r;
                if (chunks == 1) {
                    float2 factors = (float2) (1, 0);
                    found[r] = here[r].total == 0 ? found[r] : joined(found[r], here[r], &factors);
                    for (int c = 0; c < COLUMNS; c++) {
                        all[r * COLUMNS + c] = JOINED(all[r * COLUMNS + c], part[r * COLUMNS + c], factors);
                    }
                } else if (query < count) {
                    ulong row = (first + query / members) * heads + head * group + member + query % members;
                    global float *to = (global float *) (WORK + partials) + (row * slots + slot) * (PADDED(valueWidth) + 2);
                    for (int c = 0; c < COLUMNS; c++) {
                        if (c * LANES + lane < valueWidth) {
                            to[c * LANES + lane] = part[r * COLUMNS + c];
                        }
                    }
                    if (lane == 0) {
                        to[PADDED(valueWidth)] = here[r].largest;
                        to[PADDED(valueWidth) + 1] = here[r].total;
                    }
                }
            }
        }
        for (int r = 0; r < EACH && chunks == 1; r++) {
            ulong query = team * EACH + r;
            if (query < count) {
                bytes to = Y + row_at((first + query / members) * heads + head * group + member + query % members, yv);
                for (int c = 0; c < COLUMNS; c++) {
                    if (c * LANES + lane < valueWidth) {
                        STORE(Q)(mean(all[r * COLUMNS + c], found[r].total), to, c * LANES + lane);
                    }
                }
            }
        }
    }
}
