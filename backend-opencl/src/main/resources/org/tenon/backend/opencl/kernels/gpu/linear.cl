#include "gpu/tiles.cl"
#include "gpu/teams.cl"

// Products of rows of type X with a weight matrix of type W, whose rows are read as they lie: y = x w^T + b. The output's type is a number (common.cl).

// Many rows. A unit is a tile of the output; those that share weights follow one another.
kernel void tiles(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong rows) {
    local KEPT(X) xs[DEPTH * ROW_PITCH];
    local KEPT(W) ws[DEPTH * COLUMN_PITCH];
    ulong n = WIDTH(yv), k = WIDTH(mv), blocks = (rows + TILE_ROWS - 1) / TILE_ROWS, unit = get_group_id(0);
    ulong row = unit % blocks * TILE_ROWS, column = unit / blocks * TILE_COLUMNS;
    float4 sums[EACH][2];
    clear(sums);
    for (ulong at = 0; at < k; at += DEPTH) {
        fill_rows(xs, ROW_PITCH, TILE_ROWS, P + pv.s0 + row * pv.s3, pv.s3, rows - row, at, k);
        fill_weights(ws, COLUMN_PITCH, TILE_COLUMNS, M + mv.s0 + column * mv.s3, mv.s3, n - column, at, k);
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

// Few rows. A unit is four columns with all rows.
kernel void columns(
    bytes Y, ulong8 yv, bytes P, ulong8 pv, bytes M, ulong8 mv, bytes B, ulong8 bv, ulong type, ulong aligned, ulong rows) {
    TEAM_ROOM(room)
    ulong n = WIDTH(yv), k = WIDTH(mv);
    for (ulong row = 0; row < rows; row += ROWS) {
        uint there = min(rows - row, (ulong) ROWS);
        bytes xs[ROWS];
        for (uint r = 0; r < ROWS; r++) {
            xs[r] = P + pv.s0 + (row + r) * pv.s3;
        }
        for (uint turn = 0; turn < COLUMNS; turn += TEAMS) { // all items make all turns, for they meet in each
            ulong column = get_group_id(0) * COLUMNS + turn + MY_TEAM;
            int mine = turn + MY_TEAM < COLUMNS && column < n;
            float4 part = team_part(xs, there, M + mv.s0 + column * mv.s3, mine ? k : 0, aligned);
            float sums[ROWS];
            vstore4(TEAM_SUM(part, room), 0, sums);
            for (uint r = MATE; r < there && mine; r += MATES) {
                float sum = sums[r];
                store_as(type, B ? sum + load_F32(B + bv.s0, column) : sum, Y + yv.s0 + (row + r) * yv.s3, column);
            }
        }
    }
}
