#include "common.cl"

// Scans over the rows of sequences. X is the type of what is scanned, OUT that of the output, KEPT the size of a channel's state. A unit is a channel of a sequence: an
// item that has the state in registers and skips the rows of others. Those of the first sequence write the zeros of rows that belong to none.

// log(1 + exp(x))
#define SOFTPLUS(x) (fmax(x, 0.0f) + log1p(exp(-fabs(x))))
#define INTS(p, v) ((global const int *) (p + v.s0))

// The states of a channel in a slot lie `stride` bytes apart.
static inline void read_state(float *h, global const uchar *from, ulong stride, int slot) {
    for (uint i = 0; i < KEPT; i++) {
        h[i] = slot < 0 ? 0 : *(global const float *) (from + i * stride);
    }
}

static inline void write_state(const float *h, bytes to, ulong stride) {
    for (uint i = 0; i < KEPT; i++) {
        *(global float *) (to + i * stride) = h[i];
    }
}

// av is [KEPT, channels], sv [slots, KEPT, channels].
kernel void selective(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes DT, ulong8 dtv, bytes A, ulong8 av, bytes B, ulong8 bv, bytes C, ulong8 cv, bytes D, ulong8 dv, bytes S,
    ulong8 sv, bytes READ, ulong8 readv, bytes WRITE, ulong8 writev, bytes SEQUENCE, ulong8 sequencev, ulong rows, ulong units, ulong run) {
    if (get_global_id(0) >= units) {
        return;
    }
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    uint channel = get_global_id(0) % WIDTH(yv);
    int own = get_global_id(0) / WIDTH(yv), begun = 0;
    bytes state = S + sv.s0 + channel * sizeof(float);
    float h[KEPT], a[KEPT], through = load_F32(D + dv.s0, channel);
    for (uint i = 0; i < KEPT; i++) {
        a[i] = load_F32(A + row_at(i, av), channel);
    }
    for (ulong row = 0; row < rows; row++) {
        int who = sequence[row];
        if (who < 0 && own == 0) {
            STORE(OUT)(0.0f, Y + row_at(row, yv), channel);
        }
        if (who != own) {
            continue;
        }
        if (!begun) {
            int slot = INTS(READ, readv)[own];
            read_state(h, state + max(slot, 0) * sv.s2, sv.s3, slot);
            begun = 1;
        }
        float x = LOAD(X)(IN + row_at(row, xv), channel), dt = LOAD(X)(DT + row_at(row, dtv), channel);
        float delta = SOFTPLUS(dt), sum = through * x, in = delta * x;
        bytes b = B + row_at(row, bv), seen = C + row_at(row, cv);
        for (uint i = 0; i < KEPT; i++) {
            h[i] = fma(h[i], exp(delta * a[i]), in * LOAD(X)(b, i));
            sum = fma(LOAD(X)(seen, i), h[i], sum);
        }
        STORE(OUT)(sum, Y + row_at(row, yv), channel);
        if (write[row] >= 0) {
            write_state(h, state + write[row] * sv.s2, sv.s3);
        }
    }
}

// xv is [rows, heads, headDim], bv and cv [rows, groups, KEPT], sv [slots, heads, KEPT, headDim]. A channel is a number of a head.
kernel void dual(
    bytes Y, ulong8 yv, bytes IN, ulong8 xv, bytes DT, ulong8 dtv, bytes BIAS, ulong8 biasv, bytes A, ulong8 av, bytes B, ulong8 bv, bytes C, ulong8 cv, bytes D,
    ulong8 dv, bytes S, ulong8 sv, bytes READ, ulong8 readv, bytes WRITE, ulong8 writev, bytes SEQUENCE, ulong8 sequencev, ulong heads, ulong groups, float least,
    float most, ulong rows, ulong units, ulong run) {
    if (get_global_id(0) >= units) {
        return;
    }
    global const int *write = INTS(WRITE, writev), *sequence = INTS(SEQUENCE, sequencev);
    uint channel = get_global_id(0) % WIDTH(yv), head = get_global_id(0) / WIDTH(yv) % heads, group = head / (heads / groups);
    int own = get_global_id(0) / WIDTH(yv) / heads, begun = 0;
    bytes state = S + sv.s0 + head * sv.s2 + channel * sizeof(float);
    float h[KEPT], a = load_F32(A + av.s0, head), bias = load_F32(BIAS + biasv.s0, head), through = load_F32(D + dv.s0, head);
    for (ulong row = 0; row < rows; row++) {
        int who = sequence[row];
        bytes y = Y + row_at(row * heads + head, yv);
        if (who < 0 && own == 0) {
            STORE(OUT)(0.0f, y, channel);
        }
        if (who != own) {
            continue;
        }
        if (!begun) {
            int slot = INTS(READ, readv)[own];
            read_state(h, state + max(slot, 0) * sv.s1, sv.s3, slot);
            begun = 1;
        }
        float dt = LOAD(X)(DT + row_at(row, dtv), head) + bias, delta = clamp(SOFTPLUS(dt), least, most), decay = exp(delta * a);
        float x = LOAD(X)(IN + row_at(row * heads + head, xv), channel), sum = through * x, in = delta * x;
        bytes b = B + row_at(row * groups + group, bv), seen = C + row_at(row * groups + group, cv);
        for (uint i = 0; i < KEPT; i++) {
            h[i] = fma(h[i], decay, in * LOAD(X)(b, i));
            sum = fma(LOAD(X)(seen, i), h[i], sum);
        }
        STORE(OUT)(sum, y, channel);
        if (write[row] >= 0) {
            write_state(h, state + write[row] * sv.s1, sv.s3);
        }
    }
}
