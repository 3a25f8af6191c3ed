// What every program begins with. OpenCL C 1.2.
//
// An operand is its memory and a view of it, eight numbers: where it begins, the bytes between neighbours along its first three dimensions of four (0 where
// it repeats) and along the last, and the sizes of the second, third and last dimension. A row is what the last dimension spans; rows are counted
// through all dimensions before it, of which the first has no bound here.
//
// Work is cut into units. A work-item does a run of them: many on a processor, where a work-group is one item, and one on a GPU.

#pragma OPENCL FP_CONTRACT ON

typedef global uchar *bytes;

#define INNER(v) ((v).s4)
#define WIDTH(v) ((v).s7)

// The byte that a row begins at.
static inline ulong row_at(ulong row, ulong8 v) {
    ulong rest = row / v.s6;
    return v.s0 + row % v.s6 * v.s3 + rest % v.s5 * v.s2 + rest / v.s5 * v.s1;
}

#define FIRST(run) (get_global_id(0) * (run))
#define END(units, run) min(FIRST(run) + (run), units)

// Elements of each type, one and sixteen at a time. A BF16 is the upper half of an F32; rounding is to nearest, ties to even, and a NaN stays one.
#define load_F32(p, i) (((global const float *) (p))[i])
#define load_F16(p, i) vload_half(i, (global const half *) (p))
#define load_BF16(p, i) as_float((uint) ((global const ushort *) (p))[i] << 16)
#define load16_F32(p, i) vload16(0, (global const float *) (p) + (i))
#define load16_F16(p, i) vload_half16(0, (global const half *) (p) + (i))
#define load16_BF16(p, i) as_float16(convert_uint16(vload16(0, (global const ushort *) (p) + (i))) << 16)

static inline ushort to_bf16(float x) {
    uint bits = as_uint(x);
    return isnan(x) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

static inline ushort16 to_bf16x16(float16 x) {
    uint16 bits = as_uint16(x);
    uint16 near = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    return convert_ushort16(select(near, bits >> 16 | 0x40, isnan(x)));
}

#define store_F32(x, p, i) (((global float *) (p))[i] = (x))
#define store_F16(x, p, i) vstore_half_rte(x, i, (global half *) (p))
#define store_BF16(x, p, i) (((global ushort *) (p))[i] = to_bf16(x))
#define store16_F32(x, p, i) vstore16(x, 0, (global float *) (p) + (i))
#define store16_F16(x, p, i) vstore_half16_rte(x, 0, (global half *) (p) + (i))
#define store16_BF16(x, p, i) vstore16(to_bf16x16(x), 0, (global ushort *) (p) + (i))

// As a type that is a number, in the order of Kernels.java: F32, F16, BF16.
static inline void store_as(ulong type, float x, bytes p, ulong i) {
    switch (type) {
    case 0:
        store_F32(x, p, i);
        break;
    case 1:
        store_F16(x, p, i);
        break;
    default:
        store_BF16(x, p, i);
    }
}

#define NAMED_(a, b) a##b
#define NAMED(a, b) NAMED_(a, b)
#define LOAD(type) NAMED(load_, type)
#define LOAD16(type) NAMED(load16_, type)
#define STORE(type) NAMED(store_, type)
#define STORE16(type) NAMED(store16_, type)
#define SIZE_F32 4
#define SIZE_F16 2
#define SIZE_BF16 2
#define SIZE(type) NAMED(SIZE_, type)

static inline float sum16(float16 x) {
    float8 a = x.lo + x.hi;
    float4 b = a.lo + a.hi;
    float2 c = b.lo + b.hi;
    return c.x + c.y;
}

static inline float max16(float16 x) {
    float8 a = fmax(x.lo, x.hi);
    float4 b = fmax(a.lo, a.hi);
    float2 c = fmax(b.lo, b.hi);
    return fmax(c.x, c.y);
}
