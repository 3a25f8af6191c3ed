#include "common.cl"

// The primitives that treat each element for itself. A unit is an element; the output's view has the sizes, and those of the operands its strides.

// Each part of a run that lies in one row, between the two: n elements, from where PLACE says.
#define PARTS(units, run)                                                                                              \
    ulong end = END(units, run);                                                                                       \
    for (ulong at = FIRST(run), n; at < end; at += n) {                                                                \
        ulong row = at / WIDTH(yv), column = at % WIDTH(yv);                                                           \
        ulong i2 = row % yv.s6, rest = row / yv.s6, i1 = rest % yv.s5, i0 = rest / yv.s5;                              \
        n = min(WIDTH(yv) - column, end - at);
#define PARTS_END }
#define PLACE(memory, v) (memory + v.s0 + i0 * v.s1 + i1 * v.s2 + i2 * v.s3 + column * v.s4)

#define ONE(name, expression)                                                                                          \
    kernel void name(bytes Y, ulong8 yv, bytes P, ulong8 pv, ulong units, ulong run) {                                 \
        PARTS(units, run)                                                                                              \
        bytes y = PLACE(Y, yv), p = PLACE(P, pv);                                                                      \
        for (ulong i = 0; i < n; i++, p += INNER(pv)) {                                                                \
            expression;                                                                                                \
        }                                                                                                              \
        PARTS_END                                                                                                      \
    }

#define COPY(name, type) ONE(name, ((global type *) y)[i] = *(global type *) p)
COPY(copy_4, uint)
COPY(copy_2, ushort)
COPY(copy_1, uchar)

#define FLOATS(from, to) ONE(from##_##to, store_##to(load_##from(p, 0), y, i))
FLOATS(F32, F16)
FLOATS(F32, BF16)
FLOATS(F16, F32)
FLOATS(F16, BF16)
FLOATS(BF16, F32)
FLOATS(BF16, F16)

#define FROM_I32(to) ONE(I32_##to, store_##to((float) *(global int *) p, y, i))
FROM_I32(F32)
FROM_I32(F16)
FROM_I32(BF16)

static inline int to_i32(float x) {
    return isnan(x) ? 0 : convert_int_sat_rtz(x);
}

#define TO_I32(from) ONE(from##_I32, ((global int *) y)[i] = to_i32(load_##from(p, 0)))
TO_I32(F32)
TO_I32(F16)
TO_I32(BF16)

// One at a time, tails like all others: PoCL's functions of vectors give other bits than those of numbers, and where one lane is infinite, 3.1's cosine is off
// by 1e-4 in another.
#define UNARY(name, f) ONE(unary_##name, store_F32(f(load_F32(p, 0)), y, i))
#define SIGMOID(x) (1.0f / (1.0f + exp(-(x))))
#define SOFTPLUS(x) (fmax(x, 0.0f) + log1p(exp(-fabs(x))))
UNARY(exp, exp)
UNARY(rsqrt, rsqrt)
UNARY(cos, cos)
UNARY(sin, sin)
UNARY(sigmoid, SIGMOID)
UNARY(tanh, tanh)
UNARY(softplus, SOFTPLUS)

#define BINARY(name, from, to, f)                                                                                      \
    kernel void binary_##name(bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes Q, ulong8 qv, ulong units, ulong run) {    \
        PARTS(units, run)                                                                                              \
        global to *y = (global to *) PLACE(Y, yv);                                                                     \
        bytes p = PLACE(P, pv), q = PLACE(Q, qv);                                                                      \
        if (INNER(pv) == 4 && INNER(qv) == 4) {                                                                        \
            for (ulong i = 0; i < n; i++) {                                                                            \
                from a = ((global from *) p)[i], b = ((global from *) q)[i];                                           \
                y[i] = f;                                                                                              \
            }                                                                                                          \
        } else {                                                                                                       \
            for (ulong i = 0; i < n; i++) {                                                                            \
                from a = *(global from *) (p + i * INNER(pv)), b = *(global from *) (q + i * INNER(qv));               \
                y[i] = f;                                                                                              \
            }                                                                                                          \
        }                                                                                                              \
        PARTS_END                                                                                                      \
    }

// Rounded down; 0 where the divisor is. A division by 0, or of the smallest number by -1, would end the process.
static inline int divided(int a, int b) {
    int divisor = b == 0 || b == -1 ? 1 : b;
    int quotient = a / divisor;
    quotient -= quotient * divisor != a && (a < 0) != (divisor < 0) ? 1 : 0;
    return b == 0 ? 0 : b == -1 ? (int) (0u - (uint) a) : quotient;
}

// NaN if either is, and 0 above -0, as IEEE 754-2019's maximum and minimum have it.
static inline float larger(float a, float b) {
    return isnan(a) || isnan(b) ? NAN : a == b ? as_float(as_uint(a) & as_uint(b)) : a > b ? a : b;
}

static inline float smaller(float a, float b) {
    return isnan(a) || isnan(b) ? NAN : a == b ? as_float(as_uint(a) | as_uint(b)) : a < b ? a : b;
}

BINARY(add_F32, float, float, a + b)
BINARY(subtract_F32, float, float, a - b)
BINARY(multiply_F32, float, float, a *b)
BINARY(divide_F32, float, float, a / b)
BINARY(modulo_F32, float, float, a - b * floor(a / b))
BINARY(max_F32, float, float, larger(a, b))
BINARY(min_F32, float, float, smaller(a, b))
BINARY(less_F32, float, int, a < b ? 1 : 0)
BINARY(equal_F32, float, int, a == b ? 1 : 0)
BINARY(add_I32, int, int, (int) ((uint) a + (uint) b))
BINARY(subtract_I32, int, int, (int) ((uint) a - (uint) b))
BINARY(multiply_I32, int, int, (int) ((uint) a * (uint) b))
BINARY(divide_I32, int, int, divided(a, b))
BINARY(modulo_I32, int, int, b == 0 ? 0 : (int) ((uint) a - (uint) b * (uint) divided(a, b)))
BINARY(max_I32, int, int, max(a, b))
BINARY(min_I32, int, int, min(a, b))
BINARY(less_I32, int, int, a < b ? 1 : 0)
BINARY(equal_I32, int, int, a == b ? 1 : 0)

// 32 bits are moved, of either type.
kernel void choose(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes Q, ulong8 qv, bytes C, ulong8 cv, ulong units, ulong run) {
    PARTS(units, run)
    global uint *y = (global uint *) PLACE(Y, yv);
    bytes p = PLACE(P, pv), q = PLACE(Q, qv), c = PLACE(C, cv);
    for (ulong i = 0; i < n; i++) {
        uint yes = *(global uint *) (p + i * INNER(pv)), no = *(global uint *) (q + i * INNER(qv));
        y[i] = *(global int *) (c + i * INNER(cv)) != 0 ? yes : no;
    }
    PARTS_END
}

kernel void fill(bytes Y, ulong8 yv, ulong bits, ulong units, ulong run) {
    PARTS(units, run)
    global uint *y = (global uint *) PLACE(Y, yv);
    for (ulong i = 0; i < n; i++) {
        y[i] = bits;
    }
    PARTS_END
}

kernel void iota(bytes Y, ulong8 yv, ulong units, ulong run) {
    PARTS(units, run)
    global int *y = (global int *) PLACE(Y, yv);
    for (ulong i = 0; i < n; i++) {
        y[i] = at + i;
    }
    PARTS_END
}
