#include "common.cl"

// Convolutions and scans over the rows of sequences, for a processor. X is the type of what is scanned, OUT that of the output.
//
// A unit is sixteen channels, or a head: it goes through all rows, and keeps what it carries from row to row for itself. It begins a sequence with the slot
// that the sequence reads and leaves the state after a row in the slot that the row names.

#define LANES 16

// Sixteen neighbours of which n are there; the others are zeros, and aren't written.
static inline float16 some_F32(bytes p, ulong at, ulong n) {
    if (n == LANES) {
        return load16_F32(p, at);
    }
    float some[LANES];
    for (ulong i = 0; i < LANES; i++) {
        some[i] = i < n ? load_F32(p, at + i) : 0;
    }
    return vload16(0, some);
}

static inline float16 some(bytes p, ulong at, ulong n) {
    if (n == LANES) {
        return LOAD16(X)(p, at);
    }
    float some[LANES];
    for (ulong i = 0; i < LANES; i++) {
        some[i] = i < n ? LOAD(X)(p, at + i) : 0;
    }
    return vload16(0, some);
}

static inline void put_F32(float16 x, bytes p, ulong at, ulong n) {
    if (n == LANES) {
        store16_F32(x, p, at);
        return;
    }
    float some[LANES];
    vstore16(x, 0, some);
    for (ulong i = 0; i < n; i++) {
        store_F32(some[i], p, at + i);
    }
}

static inline void put(float16 x, bytes p, ulong at, ulong n) {
    if (n == LANES) {
        STORE16(OUT)(x, p, at);
        return;
    }
    float some[LANES];
    vstore16(x, 0, some);
    for (ulong i = 0; i < n; i++) {
        STORE(OUT)(some[i], p, at + i);
    }
}

// log(1 + exp(x))
#define SOFTPLUS(x) (fmax(x, 0.0f) + log1p(exp(-fabs(x))))
#define INTS(p, v) ((global const int *) (p + v.s0))

// wv is [taps, channels], sv [slots, taps - 1, channels].
kernel void conv(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes W, ulong8 wv, bytes BIAS, ulong8 bv, bytes S, ulong8 sv, bytes READ, ulong8 readv, bytes WRITE,
    ulong8 writev, bytes SEQUENCE, ulong8 sequencev, ulong silu, ulong taps, ulong rows, ulong units, ulong run) {
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    ulong kept = taps - 1, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong c = unit * LANES, n = min(WIDTH(yv) - c, (ulong) LANES);
        float16 seen[16], weight[16], bias = BIAS ? some_F32(BIAS + bv.s0, c, n) : 0; // 16 taps are the most
        for (ulong k = 0; k < taps; k++) {
            weight[k] = some_F32(W + row_at(k, wv), c, n);
        }
        int last = -1;
        for (ulong row = 0; row < rows; row++) {
            int who = sequence[row];
            bytes y = Y + row_at(row, yv);
            if (who < 0) {
                put(0, y, c, n);
                last = -1;
                continue;
            }
            if (who != last) {
                int slot = INTS(READ, readv)[who];
                for (ulong k = 0; k < kept; k++) {
                    seen[k] = slot < 0 ? 0 : some_F32(S + row_at(slot * kept + k, sv), c, n);
                }
                last = who;
            }
            float16 now = some(IN + row_at(row, xv), c, n), sum = fma(now, weight[kept], bias);
            for (ulong k = kept; k-- > 0;) {
                sum = fma(seen[k], weight[k], sum);
            }
            put(silu ? sum / (1 + exp(-sum)) : sum, y, c, n);
            for (ulong k = 0; k + 1 < kept; k++) {
                seen[k] = seen[k + 1];
            }
            seen[kept - 1] = now;
            for (ulong k = 0; k < kept && write[row] >= 0; k++) {
                put_F32(seen[k], S + row_at(write[row] * kept + k, sv), c, n);
            }
        }
    }
}

// av is [states, channels], sv [slots, states, channels]. What is carried lies in the workspace, [states][LANES] for each work-item.
kernel void selective(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes DT, ulong8 dtv, bytes A, ulong8 av, bytes B, ulong8 bv, bytes C, ulong8 cv, bytes D, ulong8 dv, bytes S,
    ulong8 sv, bytes READ, ulong8 readv, bytes WRITE, ulong8 writev, bytes SEQUENCE, ulong8 sequencev, bytes WORK, ulong at, ulong states, ulong rows,
    ulong units, ulong run) {
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    global float *h = (global float *) (WORK + at) + get_global_id(0) * states * LANES;
    ulong end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong c = unit * LANES, n = min(WIDTH(yv) - c, (ulong) LANES);
        float16 through = some_F32(D + dv.s0, c, n);
        int last = -1;
        for (ulong row = 0; row < rows; row++) {
            int who = sequence[row];
            bytes y = Y + row_at(row, yv);
            if (who < 0) {
                put(0, y, c, n);
                last = -1;
                continue;
            }
            if (who != last) {
                int slot = INTS(READ, readv)[who];
                for (ulong i = 0; i < states; i++) {
                    vstore16(slot < 0 ? 0 : some_F32(S + row_at(slot * states + i, sv), c, n), i, h);
                }
                last = who;
            }
            float16 x = some(IN + row_at(row, xv), c, n), dt = some(DT + row_at(row, dtv), c, n);
            float16 delta = SOFTPLUS(dt), sum = through * x, in = delta * x;
            bytes b = B + row_at(row, bv), seen = C + row_at(row, cv);
            for (ulong i = 0; i < states; i++) {
                float16 decay = exp(delta * some_F32(A + row_at(i, av), c, n));
                float16 next = fma(vload16(i, h), decay, in * LOAD(X)(b, i));
                vstore16(next, i, h);
                sum = fma((float16) (LOAD(X)(seen, i)), next, sum);
            }
            put(sum, y, c, n);
            for (ulong i = 0; i < states && write[row] >= 0; i++) {
                put_F32(vload16(i, h), S + row_at(write[row] * states + i, sv), c, n);
            }
        }
    }
}

// xv is [rows, heads, headDim], bv and cv [rows, groups, states], sv [slots, heads, states, headDim]. What is carried lies in the workspace: for each work-item
// [states + 2][headDim, rounded up to LANES].
kernel void dual(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes DT, ulong8 dtv, bytes BIAS, ulong8 biasv, bytes A, ulong8 av, bytes B, ulong8 bv, bytes C, ulong8 cv, bytes D,
    ulong8 dv, bytes S, ulong8 sv, bytes READ, ulong8 readv, bytes WRITE, ulong8 writev, bytes SEQUENCE, ulong8 sequencev, bytes WORK, ulong at, ulong heads,
    ulong groups, float least, float most, ulong rows, ulong units, ulong run) {
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    ulong width = WIDTH(yv), states = WIDTH(bv), parts = (width + LANES - 1) / LANES, end = END(units, run);
    global float *h = (global float *) (WORK + at) + get_global_id(0) * states * parts * LANES;
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong head = unit, group = head / (heads / groups);
        float a = load_F32(A + av.s0, head), bias = load_F32(BIAS + biasv.s0, head), through = load_F32(D + dv.s0, head);
        int last = -1;
        for (ulong row = 0; row < rows; row++) {
            int who = sequence[row];
            bytes y = Y + row_at(row * heads + head, yv);
            if (who < 0) {
                for (ulong p = 0; p < width; p++) {
                    STORE(OUT)(0.0f, y, p);
                }
                last = -1;
                continue;
            }
            if (who != last) {
                int slot = INTS(READ, readv)[who];
                for (ulong i = 0; i < states; i++) {
                    for (ulong p = 0; p < parts; p++) {
                        ulong n = min(width - p * LANES, (ulong) LANES);
                        vstore16(slot < 0 ? 0 : some_F32(S + row_at((slot * heads + head) * states + i, sv), p * LANES, n), i * parts + p, h);
                    }
                }
                last = who;
            }
            float dt = LOAD(X)(DT + row_at(row, dtv), head) + bias, delta = clamp(SOFTPLUS(dt), least, most), decay = exp(delta * a);
            bytes b = B + row_at(row * groups + group, bv), seen = C + row_at(row * groups + group, cv);
            for (ulong p = 0; p < parts; p++) {
                ulong n = min(width - p * LANES, (ulong) LANES);
                float16 x = some(IN + row_at(row * heads + head, xv), p * LANES, n), sum = through * x, other = 0, in = delta * x;
                ulong i = 0;
                for (; i + 2 <= states; i += 2) {
                    float16 first = fma(vload16(i * parts + p, h), (float16) decay, in * LOAD(X)(b, i));
                    float16 second = fma(vload16((i + 1) * parts + p, h), (float16) decay, in * LOAD(X)(b, i + 1));
                    vstore16(first, i * parts + p, h);
                    vstore16(second, (i + 1) * parts + p, h);
                    sum = fma((float16) (LOAD(X)(seen, i)), first, sum);
                    other = fma((float16) (LOAD(X)(seen, i + 1)), second, other);
                }
                for (; i < states; i++) {
                    float16 next = fma(vload16(i * parts + p, h), (float16) decay, in * LOAD(X)(b, i));
                    vstore16(next, i * parts + p, h);
                    sum = fma((float16) (LOAD(X)(seen, i)), next, sum);
                }
                put(sum + other, y, p * LANES, n);
            }
            for (ulong i = 0; i < states && write[row] >= 0; i++) {
                for (ulong p = 0; p < parts; p++) {
                    put_F32(vload16(i * parts + p, h), S + row_at((write[row] * heads + head) * states + i, sv), p * LANES, min(width - p * LANES, (ulong) LANES));
                }
            }
        }
    }
}
