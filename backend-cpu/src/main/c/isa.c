/* Which instruction set the processor has and the operating system saves registers for (CPUID and XGETBV, by way of the compiler's runtime). */
#include "isa.h"

/* How many of the variants this machine can run, of generic, avx2, avx512 and avx512bf16, in this order. */
EXPORT int tenon_variants(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("f16c")) {
        return 1;
    }
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq")
        || !__builtin_cpu_supports("avx512vl")) {
        return 2;
    }
    return __builtin_cpu_supports("avx512bf16") ? 4 : 3;
}
