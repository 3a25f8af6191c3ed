#include "common.cl"

// Products of tiles of rows with tiles of weights, for a work-group of GROUP items: X is the type of the rows, W that of the weights.
//
// A tile of both is brought to local memory, DEPTH numbers of each row, items beside one another reading numbers beside one another. Each item keeps the sums of
// eight rows by eight columns in registers, as two by two quarters of four by four, so that neighbours read neighbouring numbers of the tiles. A sum runs along the inner dimension in order, so
// that a row's bits don't depend on the rows beside it.

#define ITEMS_ACROSS 8 // items along the columns of a tile
#define ITEMS_DOWN (GROUP / ITEMS_ACROSS)
#define EACH 8
#define TILE_COLUMNS (ITEMS_ACROSS * EACH)
#define TILE_ROWS (ITEMS_DOWN * EACH)
#define DEPTH 16
// from one depth to the next, so that items that write one column don't meet in one bank
#define ROW_PITCH (TILE_ROWS + 4)
#define COLUMN_PITCH (TILE_COLUMNS + 4)

// What a tile holds: F16 as it is where the device computes with halves, for there it is quickly read, and otherwise F32.
#ifdef FP16
#define KEPT_F16 ushort
#define kept_F16(p, i) (((global const ushort *) (p))[i])
#define four_F16(tile, at) vload_half4(0, (local const half *) (tile) + (at))
#else
#define KEPT_F16 float
#define kept_F16(p, i) load_F16(p, i)
#define four_F16(tile, at) vload4(0, (tile) + (at))
#endif
#define four_F32(tile, at) vload4(0, (tile) + (at))
#define four_BF16(tile, at) vload4(0, (tile) + (at))
#define KEPT_F32 float
#define KEPT_BF16 float
#define kept_F32(p, i) load_F32(p, i)
#define kept_BF16(p, i) load_BF16(p, i)
#define KEPT(type) NAMED(KEPT_, type)
#define KEEP(type) NAMED(kept_, type)

// Fills `count` columns of a tile with rows `stride` bytes apart, of which some are there, and of these with numbers from `at` on, of which k are.
#define FILL(name, type)                                                                                               \
    static inline void fill_##name(                                                                                    \
        local KEPT(type) *tile, uint pitch, uint count, bytes p, ulong stride, ulong there, ulong at, ulong k) {       \
        uint depth = get_local_id(0) % DEPTH;                                                                          \
        for (uint i = get_local_id(0) / DEPTH; i < count; i += GROUP / DEPTH) {                                        \
            tile[depth * pitch + i] = i < there && at + depth < k ? KEEP(type)(p + i * stride, at + depth) : 0;        \
        }                                                                                                              \
    }
FILL(rows, X)
FILL(weights, W)

#define FOUR(type) NAMED(four_, type)

// sums[r][h]: the r-th row of an item, four columns of half h.
static inline void add_tiles(local const KEPT(X) *xs, local const KEPT(W) *ws, float4 sums[EACH][2]) {
    uint across = get_local_id(0) % ITEMS_ACROSS * 4, down = get_local_id(0) / ITEMS_ACROSS * 4;
    for (uint i = 0; i < DEPTH; i++) {
        local const KEPT(X) *x = xs + i * ROW_PITCH + down;
        local const KEPT(W) *w = ws + i * COLUMN_PITCH + across;
        float4 low = FOUR(X)(x, 0), high = FOUR(X)(x, TILE_ROWS / 2);
        float4 left = FOUR(W)(w, 0), right = FOUR(W)(w, TILE_COLUMNS / 2);
        float each[EACH] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
        for (uint r = 0; r < EACH; r++) {
            sums[r][0] = fma((float4) (each[r]), left, sums[r][0]);
            sums[r][1] = fma((float4) (each[r]), right, sums[r][1]);
        }
    }
}

static inline void clear(float4 sums[EACH][2]) {
    for (uint r = 0; r < EACH; r++) {
        sums[r][0] = sums[r][1] = 0;
    }
}

// Where the r-th row of an item, and the first column of half h, lie in the tile.
#define ROW_OF(r) (get_local_id(0) / ITEMS_ACROSS * 4 + (r) / 4 * (TILE_ROWS / 2) + (r) % 4)
#define COLUMN_OF(h) (get_local_id(0) % ITEMS_ACROSS * 4 + (h) * (TILE_COLUMNS / 2))
