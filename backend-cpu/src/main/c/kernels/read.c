/* The sum of all bytes' vectors of a run of memory: reads as fast as the machine can, to find out how fast that is. */
#include "lanes.h"

/* One stream: vectors one after another. Four: a quarter of the run each, turn by turn. */
INLINE vu read_streams(const char *p, int64_t bytes, const int streams, int64_t ahead) {
    vu sums[4] = {{0}, {0}, {0}, {0}};
    const int64_t part = bytes / streams / 256 * 256;
    for (int64_t at = 0; at < part; at += 256 / streams) {
#pragma GCC unroll 4
        for (int s = 0; s < streams; s++) {
            const char *from = p + s * part + at;
            for (int64_t line = 0; ahead != 0 && line < 256 / streams; line += 64) {
                __builtin_prefetch(from + ahead + line);
            }
#pragma GCC unroll 16
            for (int64_t i = 0; i < 256 / streams; i += 4 * LANES) {
                sums[(s + i / (4 * LANES)) % 4] += (vu)load_f32(from + i);
            }
        }
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

/* Reads [p, p + bytes) in a number of streams, 1 or 4, with prefetches so many bytes ahead (0 for none). */
uint32_t KERNEL(tenon_read)(const char *p, int64_t bytes, int streams, int64_t ahead) {
    vu sums = streams == 4 ? read_streams(p, bytes, 4, ahead) : read_streams(p, bytes, 1, ahead);
    uint32_t sum = 0;
    for (int i = 0; i < LANES; i++) {
        sum += sums[i];
    }
    return sum;
}
