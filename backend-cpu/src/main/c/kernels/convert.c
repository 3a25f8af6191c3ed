/* y = x, from one type to another: dense runs of numbers. Rounds to nearest, ties to even; BF16 and F16 to F32 is exact. */
#include "lanes.h"

INLINE void convert(const char *x, enum type from, char *y, enum type to, int64_t count) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        store(to, y + i * bytes_of(to), load(from, x + i * bytes_of(from)));
    }
    if (i < count) {
        int rest = (int)(count - i);
        store_part(to, y + i * bytes_of(to), load_part(from, x + i * bytes_of(from), rest), rest);
    }
}

void KERNEL(tenon_convert)(const char *x, int from, char *y, int to, int64_t count) {
    switch (from * 3 + to) {
    case F32 * 3 + BF16: convert(x, F32, y, BF16, count); break;
    case F32 * 3 + F16: convert(x, F32, y, F16, count); break;
    case BF16 * 3 + F32: convert(x, BF16, y, F32, count); break;
    case BF16 * 3 + F16: convert(x, BF16, y, F16, count); break;
    case F16 * 3 + F32: convert(x, F16, y, F32, count); break;
    case F16 * 3 + BF16: convert(x, F16, y, BF16, count); break;
    default: memcpy(y, x, (size_t)count * bytes_of(from));
    }
}
