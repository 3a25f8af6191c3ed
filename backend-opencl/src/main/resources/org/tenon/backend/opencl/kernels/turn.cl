#include "common.cl"

// Rows of a matrix [rows, k], one after another, as panels of 32 columns, [k][32], in their own type. A unit is a panel; what the last one lacks is zeros. Squares of 32 by 32 are turned at a time:
// rows often lie a power of two apart, so that one number of each would push the next ones out of the cache.
#define SIDE 32
#define TURN(name, type)                                                                                               \
    kernel void name(bytes TO, ulong at, bytes FROM, ulong k, ulong rows, ulong units, ulong run) {                    \
        ulong end = END(units, run);                                                                                   \
        for (ulong panel = FIRST(run); panel < end; panel++) {                                                         \
            global type *to = (global type *) (TO + at) + panel * k * SIDE;                                            \
            global const type *w = (global const type *) FROM + panel * SIDE * k;                                      \
            ulong columns = min(rows - panel * SIDE, (ulong) SIDE);                                                    \
            type square[SIDE][SIDE] = {{0}};                                                                           \
            for (ulong from = 0; from < k; from += SIDE) {                                                             \
                ulong count = min(k - from, (ulong) SIDE);                                                             \
                for (ulong c = 0; c < columns; c++) {                                                                  \
                    for (ulong i = 0; i < count; i++) { square[c][i] = w[c * k + from + i]; }                          \
                }                                                                                                      \
                for (ulong i = 0; i < count; i++) {                                                                    \
                    for (ulong c = 0; c < SIDE; c++) { to[(from + i) * SIDE + c] = square[c][i]; }                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
TURN(turn_4, uint)
TURN(turn_2, ushort)
