#include "softmax.cl"

// The outputs of attention, of what parts of the keys left behind, for a GPU. Q is their type. A unit is a column of a row's head.
kernel void join(bytes Y, ulong8 yv, bytes WORK, ulong partials, ulong slots, ulong units, ulong run) {
    ulong width = WIDTH(yv), stride = PADDED(width) + 2, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong row = unit / width, column = unit % width;
        global const float *part = (global const float *) (WORK + partials) + row * slots * stride;
        Found found = nothing_found();
        float sum = 0;
        for (ulong slot = 0; slot < slots; slot++, part += stride) {
            Found here = {part[stride - 2], part[stride - 1]};
            if (here.total != 0) {
                float2 factors;
                found = joined(found, here, &factors);
                sum = JOINED(sum, part[column], factors);
            }
        }
        STORE(Q)(mean(sum, found.total), Y + row_at(row, yv), column);
    }
}
