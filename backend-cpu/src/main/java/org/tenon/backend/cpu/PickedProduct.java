package org.tenon.backend.cpu;

import org.tenon.backend.cpu.ffi.ProductKernel;

/** Products of some rows with some rows of weights, which are both picked anew each time. Calls allocate nothing. */
@FunctionalInterface
interface PickedProduct {
    /**
     * Multiplies.
     *
     * @param row the first row of the left side
     * @param rows how many
     * @param weight the first row of the weights
     * @param columns how many: the columns of the product
     * @param y the output, F32
     * @param yRow its first row
     * @param yColumn its first column
     * @param worker who computes
     */
    void multiply(long row, int rows, long weight, int columns, Matrix y, long yRow, int yColumn, int worker);

    /** In C: an element's bits depend on its row and its weights alone. */
    static PickedProduct in(ProductKernel kernel, int workers, Matrix x, Matrix w, int inner) {
        ProductKernel.Movable product =
                kernel.movable(workers, x.type(), x.stride(), new ProductKernel.Rows(0, w.stride(), w.type()), inner);
        return (row, rows, weight, columns, y, yRow, yColumn, worker) -> product.run(
                x.address(row, 0), rows, w.address(weight, 0), columns, y.address(yRow, yColumn), y.stride(), worker);
    }

    /** In Java. */
    static PickedProduct in(Tile[] tiles, FewRows[] few, boolean batchInvariant, Matrix x, Matrix w, int inner) {
        return (row, rows, weight, columns, y, yRow, yColumn, worker) -> {
            Tile tile = tiles[worker];
            if (rows <= FewRows.MOST && !batchInvariant) {
                few[worker].load(x, row, rows, inner);
                for (int n = 0; n < columns; n++) {
                    tile.dots(w, weight + n, few[worker]);
                    for (int m = 0; m < rows; m++) {
                        y.store(tile.result(), m, yRow + m, yColumn + n, 1);
                    }
                }
                return;
            }
            for (int m = 0; m < rows; m += Tile.ROWS) {
                int count = Math.min(Tile.ROWS, rows - m);
                for (int n = 0; n < columns; n += Tile.COLUMNS) {
                    int across = Math.min(Tile.COLUMNS, columns - n);
                    tile.multiply(x, row + m, count, w, true, weight + n, across, inner);
                    for (int i = 0; i < count; i++) {
                        y.store(tile.sums(i), 0, yRow + m + i, yColumn + n, across);
                    }
                }
            }
        };
    }
}
