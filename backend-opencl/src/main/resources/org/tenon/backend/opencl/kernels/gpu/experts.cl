#include "activations.cl"
#include "gpu/tiles.cl"
#include "gpu/teams.cl"

// Mixtures of experts: X is the type of what goes in, W that of the weights, in rows, OUT that of the output.
//
// An entry is a row and one of its choices, row * chosen + choice. Entries are put in groups by their experts, and groups cut into blocks of as many rows as a tile has. How many blocks there are is
// found out here, so the products have as many units as there could be, and those of blocks that aren't there do nothing.
//
// In the workspace, each at a byte of its own: where the groups begin, I32 [experts + 1]; the entries in groups, I32 [entries]; the blocks, I32 [most][3]: an expert (-1 for none), the first of its
// entries and how many; what is between, X [entries][inner] in groups; what comes of each entry, F32 [entries][hidden].

// One unit, whose items go through the entries of their experts, in order. `tall` is the most rows of a block.
kernel void group(
    bytes IDS, ulong8 iv, bytes WORK, ulong starts_at, ulong order_at, ulong blocks_at, ulong rows, ulong experts, ulong tall, ulong most) {
    global int *starts = (global int *) (WORK + starts_at), *order = (global int *) (WORK + order_at), *blocks = (global int *) (WORK + blocks_at);
    uint item = get_local_id(0);
    ulong chosen = WIDTH(iv);
    for (ulong e = item; e < experts; e += GROUP) {
        int count = 0;
        for (ulong row = 0; row < rows; row++) {
            global const int *ids = (global const int *) (IDS + row_at(row, iv));
            for (ulong c = 0; c < chosen; c++) {
                count += ids[c] == (int) e;
            }
        }
        starts[e + 1] = count;
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (item == 0) {
        starts[0] = 0;
        ulong next = 0;
        for (ulong e = 0; e < experts; e++) {
            int count = starts[e + 1];
            starts[e + 1] += starts[e];
            for (int row = 0; row < count; row += tall, next++) {
                blocks[3 * next] = e;
                blocks[3 * next + 1] = starts[e] + row;
                blocks[3 * next + 2] = min(count - row, (int) tall);
            }
        }
        for (; next < most; next++) {
            blocks[3 * next] = -1;
        }
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    for (ulong e = item; e < experts; e += GROUP) {
        int at = starts[e];
        for (ulong row = 0; row < rows; row++) {
            global const int *ids = (global const int *) (IDS + row_at(row, iv));
            for (ulong c = 0; c < chosen; c++) {
                if (ids[c] == (int) e) {
                    order[at++] = row * chosen + c;
                }
            }
        }
    }
}

// Rows of entries: as fill_rows of tiles.cl, but of rows that don't lie together.
static inline void fill_entries(
    local KEPT(X) *tile, bytes p, ulong stride, global const int *entries, ulong chosen, uint there, ulong at, ulong k) {
    uint depth = get_local_id(0) % DEPTH;
    for (uint i = get_local_id(0) / DEPTH; i < TILE_ROWS; i += GROUP / DEPTH) {
        tile[depth * ROW_PITCH + i] = i < there && at + depth < k ? KEEP(X)(p + entries[i] / chosen * stride, at + depth) : 0;
    }
}

// gv is [experts, inner, hidden]. A unit is half a tile's columns of gate, beside the same of up, and a block.
kernel void enter(
    bytes IN, ulong8 xv, bytes GATE, ulong8 gv, bytes UP, ulong8 uv, bytes WORK, ulong order_at, ulong blocks_at, ulong between_at, ulong chosen, ulong function,
    ulong most) {
    local KEPT(X) xs[DEPTH * ROW_PITCH];
    local KEPT(W) ws[DEPTH * COLUMN_PITCH];
    global const int *block = (global const int *) (WORK + blocks_at) + 3 * (get_group_id(0) % most);
    ulong inner = gv.s6, k = WIDTH(gv), column = get_group_id(0) / most * (TILE_COLUMNS / 2), first = block[1], size = block[0] < 0 ? 0 : block[2];
    global const int *entries = (global const int *) (WORK + order_at) + first;
    float4 sums[EACH][2];
    clear(sums);
    for (ulong at = 0; size > 0 && at < k; at += DEPTH) { // the same for all items
        fill_entries(xs, IN + xv.s0, xv.s3, entries, chosen, size, at, k);
        fill_weights(ws, COLUMN_PITCH, TILE_COLUMNS / 2, GATE + gv.s0 + block[0] * gv.s2 + column * gv.s3, gv.s3, inner - column, at, k);
        fill_weights(ws + TILE_COLUMNS / 2, COLUMN_PITCH, TILE_COLUMNS / 2, UP + uv.s0 + block[0] * uv.s2 + column * uv.s3, uv.s3, inner - column, at, k);
        barrier(CLK_LOCAL_MEM_FENCE);
        add_tiles(xs, ws, sums);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (uint r = 0; r < EACH; r++) {
        float gate[4], up[4];
        vstore4(sums[r][0], 0, gate);
        vstore4(sums[r][1], 0, up);
        for (uint i = 0; i < 4; i++) {
            ulong c = column + COLUMN_OF(0) + i;
            if (ROW_OF(r) < size && c < inner) {
                STORE(X)(activated(function, gate[i]) * up[i], WORK + between_at, (first + ROW_OF(r)) * inner + c);
            }
        }
    }
}

// dv is [experts, hidden, inner]. A unit is a tile's columns of down, and a block.
kernel void leave(
    bytes DOWN, ulong8 dv, bytes WORK, ulong order_at, ulong blocks_at, ulong between_at, ulong outputs_at, ulong most) {
    local KEPT(X) xs[DEPTH * ROW_PITCH];
    local KEPT(W) ws[DEPTH * COLUMN_PITCH];
    global const int *block = (global const int *) (WORK + blocks_at) + 3 * (get_group_id(0) % most);
    ulong hidden = dv.s6, k = WIDTH(dv), column = get_group_id(0) / most * TILE_COLUMNS, first = block[1], size = block[0] < 0 ? 0 : block[2];
    global const int *entries = (global const int *) (WORK + order_at) + first;
    float4 sums[EACH][2];
    clear(sums);
    for (ulong at = 0; size > 0 && at < k; at += DEPTH) { // the same for all items
        fill_rows(xs, ROW_PITCH, TILE_ROWS, WORK + between_at + first * k * SIZE(X), k * SIZE(X), size, at, k);
        fill_weights(ws, COLUMN_PITCH, TILE_COLUMNS, DOWN + dv.s0 + block[0] * dv.s2 + column * dv.s3, dv.s3, hidden - column, at, k);
        barrier(CLK_LOCAL_MEM_FENCE);
        add_tiles(xs, ws, sums);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (uint r = 0; r < EACH; r++) {
        for (uint h = 0; h < 2; h++) {
            float each[4];
            vstore4(sums[r][h], 0, each);
            for (uint i = 0; i < 4; i++) {
                ulong c = column + COLUMN_OF(h) + i;
                if (ROW_OF(r) < size && c < hidden) {
                    store_F32(each[i], WORK + outputs_at, entries[ROW_OF(r)] * hidden + c);
                }
            }
        }
    }
}

// The same of few rows: a unit is four columns and a block.
kernel void enter_few(
    bytes IN, ulong8 xv, bytes GATE, ulong8 gv, bytes UP, ulong8 uv, bytes WORK, ulong order_at, ulong blocks_at, ulong between_at, ulong chosen, ulong function,
    ulong most, ulong aligned) {
    TEAM_ROOM(room)
    global const int *block = (global const int *) (WORK + blocks_at) + 3 * (get_group_id(0) % most);
    ulong inner = gv.s6, k = WIDTH(gv), first = block[1], size = block[0] < 0 ? 0 : block[2];
    global const int *entries = (global const int *) (WORK + order_at) + first;
    for (ulong row = 0; row < size; row += ROWS) {
        uint there = min(size - row, (ulong) ROWS);
        bytes xs[ROWS];
        for (uint r = 0; r < ROWS; r++) {
            xs[r] = IN + xv.s0 + (r < there ? entries[row + r] / chosen * xv.s3 : 0);
        }
        for (uint turn = 0; turn < COLUMNS; turn += TEAMS) {
            ulong column = get_group_id(0) / most * COLUMNS + turn + MY_TEAM;
            int mine = turn + MY_TEAM < COLUMNS && column < inner;
            float4 gate = team_part(xs, there, GATE + gv.s0 + block[0] * gv.s2 + column * gv.s3, mine ? k : 0, aligned);
            float4 up = team_part(xs, there, UP + uv.s0 + block[0] * uv.s2 + column * uv.s3, mine ? k : 0, aligned);
            float gates[ROWS], ups[ROWS];
            vstore4(TEAM_SUM(gate, room), 0, gates);
            vstore4(TEAM_SUM(up, room), 0, ups);
            for (uint r = MATE; r < there && mine; r += MATES) {
                STORE(X)(activated(function, gates[r]) * ups[r], WORK + between_at, (first + row + r) * inner + column);
            }
        }
    }
}

kernel void leave_few(
    bytes DOWN, ulong8 dv, bytes WORK, ulong order_at, ulong blocks_at, ulong between_at, ulong outputs_at, ulong most, ulong aligned) {
    TEAM_ROOM(room)
    global const int *block = (global const int *) (WORK + blocks_at) + 3 * (get_group_id(0) % most);
    ulong hidden = dv.s6, k = WIDTH(dv), first = block[1], size = block[0] < 0 ? 0 : block[2];
    global const int *entries = (global const int *) (WORK + order_at) + first;
    for (ulong row = 0; row < size; row += ROWS) {
        uint there = min(size - row, (ulong) ROWS);
        bytes xs[ROWS];
        for (uint r = 0; r < ROWS; r++) {
            xs[r] = WORK + between_at + (first + row + r) * k * SIZE(X);
        }
        for (uint turn = 0; turn < COLUMNS; turn += TEAMS) {
            ulong column = get_group_id(0) / most * COLUMNS + turn + MY_TEAM;
            int mine = turn + MY_TEAM < COLUMNS && column < hidden;
            float4 part = team_part(xs, there, DOWN + dv.s0 + block[0] * dv.s2 + column * dv.s3, mine ? k : 0, aligned);
            float sums[ROWS];
            vstore4(TEAM_SUM(part, room), 0, sums);
            for (uint r = MATE; r < there && mine; r += MATES) {
                store_F32(sums[r], WORK + outputs_at, entries[row + r] * hidden + column);
            }
        }
    }
}

// The sum over a row's choices, in their order. A unit is a row.
kernel void combine(bytes Y, ulong8 yv, bytes IDS, ulong8 iv, bytes WEIGHTS, ulong8 wv, bytes WORK, ulong outputs_at) {
    ulong row = get_group_id(0), hidden = WIDTH(yv), chosen = WIDTH(iv);
    global const int *ids = (global const int *) (IDS + row_at(row, iv));
    global const float *weights = (global const float *) (WEIGHTS + row_at(row, wv));
    global const float *from = (global const float *) (WORK + outputs_at) + row * chosen * hidden;
    for (ulong i = get_local_id(0); i < hidden; i += GROUP) {
        float sum = 0;
        for (ulong c = 0; c < chosen; c++) {
            sum = ids[c] < 0 ? sum : fma(weights[c], from[c * hidden + i], sum);
        }
        STORE(OUT)(sum, Y + row_at(row, yv), i);
    }
}
