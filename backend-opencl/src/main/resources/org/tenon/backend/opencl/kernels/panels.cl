#include "common.cl"

// Rows in F32 against weights of type W in panels: 32 columns of a product turned, [k][32], in the weight's own type. A panel is read from its beginning to its
// end, and a sum runs along the inner dimension in order, so that a row's bits don't depend on the rows beside it.
//
// Rows stand in blocks: as many of twelve as there are, then of four, then single ones; a block is [k][its rows], so that its numbers are read in order, too. The block
// that begins with row i begins at number i k.

#define COLUMNS 32
#define MANY 12 // as many rows as a processor with vectors of sixteen has registers for
#define SOME 4

// The block of a row among several.
static inline void block_of(ulong row, ulong rows, ulong *first, ulong *size) {
    ulong many = rows / MANY * MANY, some = many + (rows - many) / SOME * SOME;
    *size = row < many ? MANY : row < some ? SOME : 1;
    *first = row < many ? row / MANY * MANY : row < some ? many + (row - many) / SOME * SOME : row;
}

#define CLEAR(r) float16 low##r = 0, high##r = 0;
#define ADD(r)                                                                                                         \
    low##r = fma((float16) (x[r]), low, low##r);                                                                       \
    high##r = fma((float16) (x[r]), high, high##r);
#define KEEP(r)                                                                                                        \
    vstore16(low##r, 2 * r, sums);                                                                                     \
    vstore16(high##r, 2 * r + 1, sums);
#define EACH1(D) D(0)
#define EACH4(D) D(0) D(1) D(2) D(3)
#define EACH12(D) EACH4(D) D(4) D(5) D(6) D(7) D(8) D(9) D(10) D(11)

// The sums of a block with a panel, [rows of the block][COLUMNS].
#define MULTIPLY(R)                                                                                                    \
    static inline void multiply_##R(global const float *x, bytes w, ulong k, float *sums) {                            \
        EACH##R(CLEAR)                                                                                                 \
        for (ulong i = 0; i < k; i++, x += R, w += COLUMNS * SIZE(W)) {                                                \
            float16 low = LOAD16(W)(w, 0), high = LOAD16(W)(w, 16);                                                    \
            EACH##R(ADD)                                                                                               \
        }                                                                                                              \
        EACH##R(KEEP)                                                                                                  \
    }
MULTIPLY(1)
MULTIPLY(4)
MULTIPLY(12)

static inline void multiply(global const float *x, ulong rows, bytes w, ulong k, float *sums) {
    switch (rows) {
    case MANY:
        multiply_12(x, w, k, sums);
        break;
    case SOME:
        multiply_4(x, w, k, sums);
        break;
    default:
        multiply_1(x, w, k, sums);
    }
}
