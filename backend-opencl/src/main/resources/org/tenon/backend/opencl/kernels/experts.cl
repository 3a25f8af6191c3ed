#include "panels.cl"
#include "activations.cl"

// Mixtures of experts: X is the type of what goes in, W that of the weights, in panels, OUT that of the output.
//
// An entry is a row and one of its choices, row * chosen + choice. Entries are put in groups by their experts, and groups cut into blocks of rows (panels.cl). How many blocks there are is
// found out here, so the products have as many units as there could be, and those of blocks that aren't there do nothing.
//
// In the workspace, each at a byte of its own: where the groups begin, I32 [experts + 1]; the entries in groups, I32 [entries]; the blocks, I32 [most][3]: an expert (-1 for none), the first of its
// entries and how many; what goes in, F32 [entries][hidden] in blocks; what is between, [entries][inner] in blocks; what comes of each entry, [entries][hidden].

// One unit.
kernel void group(
    bytes IDS, ulong8 iv, bytes WORK, ulong starts_at, ulong order_at, ulong blocks_at, ulong rows, ulong experts, ulong most, ulong units, ulong run) {
    global int *starts = (global int *) (WORK + starts_at), *order = (global int *) (WORK + order_at), *blocks = (global int *) (WORK + blocks_at);
    ulong chosen = WIDTH(iv);
    for (ulong e = 0; e <= experts; e++) {
        starts[e] = 0;
    }
    for (ulong entry = 0; entry < rows * chosen; entry++) {
        int e = ((global const int *) (IDS + row_at(entry / chosen, iv)))[entry % chosen];
        if (e >= 0) {
            starts[e + 1]++;
        }
    }
    for (ulong e = 0; e < experts; e++) {
        starts[e + 1] += starts[e];
    }
    for (ulong entry = 0; entry < rows * chosen; entry++) {
        int e = ((global const int *) (IDS + row_at(entry / chosen, iv)))[entry % chosen];
        if (e >= 0) {
            order[starts[e]++] = entry;
        }
    }
    for (ulong e = experts; e > 0; e--) { // where each ended, the next one begins
        starts[e] = starts[e - 1];
    }
    starts[0] = 0;
    ulong next = 0;
    for (ulong e = 0; e < experts; e++) {
        ulong count = starts[e + 1] - starts[e], first, size;
        for (ulong row = 0; row < count; row += size) {
            block_of(row, count, &first, &size);
            blocks[3 * next] = e;
            blocks[3 * next + 1] = starts[e] + row;
            blocks[3 * next + 2] = size;
            next++;
        }
    }
    for (; next < most; next++) {
        blocks[3 * next] = -1;
    }
}

// A unit is a block.
kernel void fetch(
    bytes IN, ulong8 xv, bytes WORK, ulong order_at, ulong blocks_at, ulong inputs_at, ulong chosen, ulong units, ulong run) {
    global const int *order = (global const int *) (WORK + order_at);
    ulong k = WIDTH(xv), end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        global const int *block = (global const int *) (WORK + blocks_at) + 3 * unit;
        if (block[0] < 0) {
            continue;
        }
        ulong first = block[1], size = block[2];
        global float *to = (global float *) (WORK + inputs_at) + first * k;
        for (ulong r = 0; r < size; r++) {
            bytes x = IN + row_at(order[first + r] / chosen, xv);
            for (ulong i = 0; i < k; i++) {
                to[i * size + r] = LOAD(X)(x, i);
            }
        }
    }
}

// A number as the type of what goes in would hold it.
#define ROUNDED(x) NAMED(rounded_, X)(x)
#define rounded_F32(x) (x)
#define rounded_BF16(x) as_float((uint) to_bf16(x) << 16)

static inline float rounded_F16(float x) {
    ushort room;
    vstore_half_rte(x, 0, (half *) &room);
    return vload_half(0, (const half *) &room);
}

// gv is [experts, inner, hidden]. A unit is a panel of gate and up, and a block.
kernel void enter(
    bytes GATE, ulong8 gv, bytes UP, ulong8 uv, bytes WORK, ulong blocks_at, ulong inputs_at, ulong between_at, ulong function, ulong most, ulong units,
    ulong run) {
    ulong inner = gv.s6, k = WIDTH(gv), panels = (inner + COLUMNS - 1) / COLUMNS, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong panel = unit / most, column = panel * COLUMNS;
        global const int *block = (global const int *) (WORK + blocks_at) + 3 * (unit % most);
        if (block[0] < 0) {
            continue;
        }
        ulong first = block[1], size = block[2], w = (block[0] * panels + panel) * k * COLUMNS * SIZE(W);
        global const float *x = (global const float *) (WORK + inputs_at) + first * k;
        float gate[MANY * COLUMNS], up[MANY * COLUMNS];
        multiply(x, size, GATE + gv.s0 + w, k, gate);
        multiply(x, size, UP + uv.s0 + w, k, up);
        global float *to = (global float *) (WORK + between_at) + first * inner + column * size;
        for (ulong c = 0; c < COLUMNS && column + c < inner; c++) {
            for (ulong r = 0; r < size; r++) {
                to[c * size + r] = ROUNDED(activated(function, gate[r * COLUMNS + c]) * up[r * COLUMNS + c]);
            }
        }
    }
}

// dv is [experts, hidden, inner]. A unit is a panel of down, and a block.
kernel void leave(
    bytes DOWN, ulong8 dv, bytes WORK, ulong order_at, ulong blocks_at, ulong between_at, ulong outputs_at, ulong most, ulong units, ulong run) {
    global const int *order = (global const int *) (WORK + order_at);
    ulong hidden = dv.s6, k = WIDTH(dv), panels = (hidden + COLUMNS - 1) / COLUMNS, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong panel = unit / most, column = panel * COLUMNS;
        global const int *block = (global const int *) (WORK + blocks_at) + 3 * (unit % most);
        if (block[0] < 0) {
            continue;
        }
        ulong first = block[1], size = block[2];
        float sums[MANY * COLUMNS];
        multiply((global const float *) (WORK + between_at) + first * k, size, DOWN + dv.s0 + (block[0] * panels + panel) * k * COLUMNS * SIZE(W), k, sums);
        for (ulong r = 0; r < size; r++) {
            global float *to = (global float *) (WORK + outputs_at) + order[first + r] * hidden;
            for (ulong c = 0; c < COLUMNS && column + c < hidden; c++) {
                to[column + c] = sums[r * COLUMNS + c];
            }
        }
    }
}

// The sum over a row's choices, in their order. A unit is a row.
kernel void combine(
    bytes Y, ulong8 yv, bytes IDS, ulong8 iv, bytes WEIGHTS, ulong8 wv, bytes WORK, ulong outputs_at, ulong units, ulong run) {
    ulong hidden = WIDTH(yv), chosen = WIDTH(iv), end = END(units, run);
    for (ulong row = FIRST(run); row < end; row++) {
        global const int *ids = (global const int *) (IDS + row_at(row, iv));
        global const float *weights = (global const float *) (WEIGHTS + row_at(row, wv));
        global const float *from = (global const float *) (WORK + outputs_at) + row * chosen * hidden;
        bytes y = Y + row_at(row, yv);
        for (ulong i = 0; i < hidden; i++) {
            float sum = 0;
            for (ulong c = 0; c < chosen; c++) {
                sum = ids[c] < 0 ? sum : fma(weights[c], from[c * hidden + i], sum);
            }
            STORE(OUT)(sum, y, i);
        }
    }
}
