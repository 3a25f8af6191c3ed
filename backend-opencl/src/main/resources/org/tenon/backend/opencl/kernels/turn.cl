#include "common.cl"

// Rows of a matrix [rows, k], one after another, as panels of 32 columns, [k][32], in their own type. A unit is a panel; what the last one lacks is zeros.
#define TURN(name, type)                                                                                               \
    kernel void name(bytes TO, ulong at, bytes FROM, ulong k, ulong rows, ulong units, ulong run) {        \
        ulong end = END(units, run);                                                                                   \
        for (ulong panel = FIRST(run); panel < end; panel++) {                                                         \
            global type *to = (global type *) (TO + at) + panel * k * 32;                                              \
            global const type *w = (global const type *) FROM + panel * 32 * k;                               \
            ulong columns = min(rows - panel * 32, (ulong) 32);                                                        \
            for (ulong i = 0; i < k; i++) {                                                                            \
                for (ulong c = 0; c < 32; c++) { to[i * 32 + c] = c < columns ? w[c * k + i] : 0; }                    \
            }                                                                                                          \
        }                                                                                                              \
    }
TURN(turn_4, uint)
TURN(turn_2, ushort)
