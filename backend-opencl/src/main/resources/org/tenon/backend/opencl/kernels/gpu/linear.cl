#include "gpu/tiles.cl"
#include "gpu/sums.cl"

// Products of rows of type X with a weight matrix of type W, whose rows are read as they lie: y = x w^T + b. The output's type is a number (common.cl).

// Many rows. A unit is a tile of the output; those that share weights follow one another.
kernel void tiles(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong rows) {
    local KEPT(X) xs[DEPTH * PITCH(TILE_ROWS)];
    local KEPT(W) ws[DEPTH * PITCH(TILE_COLUMNS)];
    ulong n = WIDTH(yv), k = WIDTH(mv), blocks = (rows + TILE_ROWS - 1) / TILE_ROWS, unit = get_group_id(0);
    ulong row = unit % blocks * TILE_ROWS, column = unit / blocks * TILE_COLUMNS;
    float4 sums[EACH][2];
    for (uint r = 0; r < EACH; r++) {
        sums[r][0] = sums[r][1] = 0;
    }
    for (ulong at = 0; at < k; at += DEPTH) {
        fill_rows(xs, TILE_ROWS, P + pv.s0, pv.s3, row, rows, at, k);
        fill_weights(ws, TILE_COLUMNS, M + mv.s0, mv.s3, column, n, at, k);
        barrier(CLK_LOCAL_MEM_FENCE);
        add_tiles(xs, ws, sums);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (uint r = 0; r < EACH; r++) {
        ulong to = row + ROW_OF(r);
        bytes y = Y + yv.s0 + to * yv.s3;
        for (uint h = 0; h < 2; h++) {
            ulong c = column + COLUMN_OF(h);
            float each[4];
            vstore4(sums[r][h], 0, each);
            for (uint i = 0; i < 4 && to < rows && c + i < n; i++) {
                store_as(type, B ? each[i] + load_F32(B + bv.s0, c + i) : each[i], y, c + i);
            }
        }
    }
}

// Eight neighbours, the first at a multiple of 16 bytes or anywhere.
#define aligned8_F32(p, i) (float8) (((global const float4 *) ((global const float *) (p) + (i)))[0], ((global const float4 *) ((global const float *) (p) + (i)))[1])
#define aligned8_F16(p, i) vloada_half8(0, (global const half *) (p) + (i))
#define aligned8_BF16(p, i) as_float8(convert_uint8(*(global const ushort8 *) ((global const ushort *) (p) + (i))) << 16)
#define any8_F32(p, i) vload8(0, (global const float *) (p) + (i))
#define any8_F16(p, i) vload_half8(0, (global const half *) (p) + (i))
#define any8_BF16(p, i) as_float8(convert_uint8(vload8(0, (global const ushort *) (p) + (i))) << 16)
#define LOAD8(type, aligned, p, i) ((aligned) ? NAMED(aligned8_, type)(p, i) : NAMED(any8_, type)(p, i))

static inline float sum8(float8 x) {
    float4 a = x.lo + x.hi;
    float2 b = a.lo + a.hi;
    return b.x + b.y;
}

#define COLUMNS 4
#define ROWS 4

// Few rows. A unit is four columns with all rows: a team reads the weights of a column together, once for four rows.
kernel void columns(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong aligned, ulong rows) {
    TEAM_ROOM(room)
    ulong n = WIDTH(yv), k = WIDTH(mv), first = get_group_id(0) * COLUMNS;
    uint mate = MATE, mates = MATES;
    for (ulong row = 0; row < rows; row += ROWS) {
        bytes x = P + pv.s0 + row * pv.s3;
        uint there = min(rows - row, (ulong) ROWS);
        for (uint turn = 0; turn < COLUMNS; turn += TEAMS) { // all items make all turns, for they meet in each
            uint c = turn + MY_TEAM;
            ulong column = first + c, inner = c < COLUMNS && column < n ? k : 0;
            bytes w = M + mv.s0 + column * mv.s3;
            float8 many[ROWS] = {0, 0, 0, 0};
            ulong i = mate * 8;
            for (; i + 8 <= inner; i += mates * 8) {
                float8 weights = LOAD8(W, aligned, w, i);
                for (uint r = 0; r < ROWS; r++) {
                    if (r < there) {
                        many[r] = fma(weights, LOAD8(X, aligned, x + r * pv.s3, i), many[r]);
                    }
                }
            }
            float some[ROWS];
            for (uint r = 0; r < ROWS; r++) {
                some[r] = sum8(many[r]);
                for (i = inner / 8 * 8 + mate; i < inner && r < there; i += mates) {
                    some[r] = fma(LOAD(X)(x + r * pv.s3, i), LOAD(W)(w, i), some[r]);
                }
            }
            float sums[ROWS];
            vstore4(TEAM_SUM(vload4(0, some), room), 0, sums);
            for (uint r = mate; r < there && inner > 0; r += mates) {
                float sum = sums[r];
                store_as(type, B ? sum + load_F32(B + bv.s0, column) : sum, Y + yv.s0 + (row + r) * yv.s3, column);
            }
        }
    }
}
