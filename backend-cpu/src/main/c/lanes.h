/*
 * Vectors as wide as the instruction set's registers, and moves between them and memory of each type. Written with the compiler's vector types, so that
 * one source serves every instruction set; intrinsics only where a type has no other way to the machine's own conversion, and only under the macro of
 * what they need.
 */
#ifndef TENON_LANES_H
#define TENON_LANES_H

#include "isa.h"

#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));
typedef uint16_t vh __attribute__((vector_size(2 * LANES)));

/* Element types, numbered as the Java side numbers them. */
enum type { F32 = 0, BF16 = 1, F16 = 2 };

INLINE int bytes_of(enum type type) { return type == F32 ? 4 : 2; }

INLINE vf load_f32(const void *p) {
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store_f32(void *p, vf v) { memcpy(p, &v, sizeof v); }

/* A BF16 is the upper half of an F32. */
INLINE vf load_bf16(const void *p) {
#if LANES == 16 /* the compiler's own way takes four instructions */
    return (vf)((vu)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)) << 16);
#else
    vh h;
    memcpy(&h, p, sizeof h);
    return (vf)(__builtin_convertvector(h, vu) << 16);
#endif
}

/* Round to nearest, ties to even; a NaN stays one, made quiet. */
INLINE void store_bf16(void *p, vf v) {
    vu bits = (vu)v;
    vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    vu nan = (vu)(v != v);
    vh h = __builtin_convertvector((nan & ((bits >> 16) | 0x40)) | (~nan & rounded), vh);
    memcpy(p, &h, sizeof h);
}

/* Without the machine's conversion: the exponent is moved by a product that is exact, subnormals included; infinity and NaN get theirs back. */
INLINE vf load_f16(const void *p) {
#if LANES == 16
    return (vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#elif LANES == 8
    return (vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
#else
    vh h;
    memcpy(&h, p, sizeof h);
    vu bits = __builtin_convertvector(h, vu);
    vu magnitude = bits & 0x7fff;
    vu number = (vu)((vf)(magnitude << 13) * 0x1p112f);
    vu special = (vu)(magnitude >= 0x7c00);
    vu quiet = (vu)(magnitude > 0x7c00) & 0x00400000;
    return (vf)(((bits & 0x8000) << 16) | (special & (0x7f800000 | (magnitude << 13) | quiet)) | (~special & number));
#endif
}

/* Round to nearest, ties to even. */
INLINE void store_f16(void *p, vf v) {
#if LANES == 16
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif LANES == 8
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph((__m256)v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
    vu bits = (vu)v;
    vu sign = (bits >> 16) & 0x8000;
    vu magnitude = bits & 0x7fffffff;
    /* Below 2^-14 the units are 2^-24: adding 0.5 = 2^23 units puts the rounded number into the low bits. */
    vu small = (vu)((vf)magnitude + 0.5f) - 0x3f000000;
    vu normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    vu is_small = (vu)(magnitude < 0x38800000);
    vu is_huge = (vu)(magnitude >= 0x477ff000); /* 65520 and more, which rounds to infinity */
    vu is_nan = (vu)(magnitude > 0x7f800000);
    vu finite = (is_small & small) | (~is_small & normal);
    vu huge = 0x7c00 | (is_nan & (0x200 | ((magnitude >> 13) & 0x3ff)));
    vh h = __builtin_convertvector(sign | (is_huge & huge) | (~is_huge & finite), vh);
    memcpy(p, &h, sizeof h);
#endif
}

INLINE vf load(enum type type, const void *p) {
    return type == F32 ? load_f32(p) : type == BF16 ? load_bf16(p) : load_f16(p);
}

INLINE void store(enum type type, void *p, vf v) {
    if (type == F32) {
        store_f32(p, v);
    } else if (type == BF16) {
        store_bf16(p, v);
    } else {
        store_f16(p, v);
    }
}

/* The first elements of a row that ends before a register does; the rest is zero. */
INLINE vf load_part(enum type type, const void *p, int count) {
    char bytes[4 * LANES] = {0};
    memcpy(bytes, p, (size_t)count * bytes_of(type));
    return load(type, bytes);
}

INLINE void store_part(enum type type, void *p, vf v, int count) {
    char bytes[4 * LANES];
    store(type, bytes, v);
    memcpy(p, bytes, (size_t)count * bytes_of(type));
}

/* LANES elements of a row from the i-th on, or as many as there are. */
INLINE vf part(enum type type, const char *row, int64_t i, int64_t width) {
    const char *at = row + i * bytes_of(type);
    return i + LANES <= width ? load(type, at) : load_part(type, at, (int)(width - i));
}

INLINE void put_part(enum type type, char *row, int64_t i, int64_t width, vf x) {
    char *at = row + i * bytes_of(type);
    if (i + LANES <= width) {
        store(type, at, x);
    } else {
        store_part(type, at, x, (int)(width - i));
    }
}

/* Subtracting zero changes nothing, not even the sign of a zero, so the compiler leaves it out. */
INLINE vf splat(float value) { return value - (vf){0}; }

#endif
