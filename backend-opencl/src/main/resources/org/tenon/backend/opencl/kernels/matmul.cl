#include "common.cl"

// The matrix product of a program: A and B are its types. A unit is sixteen columns of a row of the output.
//
// av is [matrices, m, k], bv [stack, rows, columns] and yv [matrices, m, n], so that a row of all matrices is one of the view.
kernel void matmul(
    bytes Y, ulong8 yv, bytes P, ulong8 av, bytes Q, ulong8 bv, bytes I, ulong8 iv, ulong indexed, ulong transposed, ulong m, ulong units,
    ulong run) {
    ulong n = WIDTH(yv), k = WIDTH(av), blocks = (n + 15) / 16, end = END(units, run);
    for (ulong unit = FIRST(run); unit < end; unit++) {
        ulong row = unit / blocks, from = unit % blocks * 16, to = min(from + 16, n);
        global float *y = (global float *) (Y + row_at(row, yv));
        bytes a = P + row_at(row, av);
        int which = indexed ? *(global int *) (I + row_at(row / m / WIDTH(iv), iv) + row / m % WIDTH(iv) * 4) : 0;
        if (which < 0) {
            for (ulong c = from; c < to; c++) {
                y[c] = 0;
            }
            continue;
        }
        bytes b = Q + bv.s0 + (ulong) which * bv.s2;
        if (transposed) {
            for (ulong c = from; c < to; c++) {
                bytes column = b + c * bv.s3;
                float16 many = 0;
                ulong i = 0;
                for (; i + 16 <= k; i += 16) {
                    many = fma(LOAD16(A)(a, i), LOAD16(B)(column, i), many);
                }
                float sum = sum16(many);
                for (; i < k; i++) {
                    sum = fma(LOAD(A)(a, i), LOAD(B)(column, i), sum);
                }
                y[c] = sum;
            }
        } else if (to - from == 16) {
            float16 sums = 0;
            for (ulong i = 0; i < k; i++) {
                sums = fma((float16) (LOAD(A)(a, i)), LOAD16(B)(b + i * bv.s3, from), sums);
            }
            store16_F32(sums, y, from);
        } else {
            for (ulong c = from; c < to; c++) {
                float sum = 0;
                for (ulong i = 0; i < k; i++) {
                    sum = fma(LOAD(A)(a, i), LOAD(B)(b + i * bv.s3, c), sum);
                }
                y[c] = sum;
            }
        }
    }
}
