/* How one source becomes a function for each instruction set: KERNEL(name) is name_generic, name_avx2, name_avx512 or name_avx512bf16. */
#ifndef TENON_ISA_H
#define TENON_ISA_H

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

#define JOIN_NAMES(name, isa) name##_##isa
#define JOIN(name, isa) JOIN_NAMES(name, isa)

/* A function that Java calls. */
#define KERNEL(name) EXPORT JOIN(name, ISA)

#endif
