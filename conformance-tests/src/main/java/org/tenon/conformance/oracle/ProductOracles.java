package org.tenon.conformance.oracle;

import java.util.List;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.tensor.DType;

/** Sums of products. A sum of {@code k} terms is off by {@code k u} of the terms' magnitudes at most, in whatever order it is taken. */
final class ProductOracles {
    private ProductOracles() {}

    /** {@code out[..., m, n] = sum_k a[..., m, k] b[index[...], k, n]}; zeros where the index is negative. */
    static List<Exact> matmul(MatMul op, MatMul.In<Exact> in, Precision precision) {
        Exact a = in.a();
        Exact b = in.b();
        int inner = a.size(-1);
        int rows = a.size(-2);
        int columns = b.size(op.transposed() ? -2 : -1);
        int[] sizes = a.sizes();
        sizes[sizes.length - 1] = columns;
        Exact out = Exact.zeros(DType.F32, sizes);
        int matrices = a.rank() == 2 ? 1 : a.rows() / Math.max(1, rows);
        for (int matrix = 0; matrix < matrices; matrix++) {
            int picked = in.index().isPresent() ? in.index().get().whole(matrix) : 0;
            for (int m = 0; m < rows; m++) {
                for (int n = 0; n < columns && picked >= 0; n++) {
                    double sum = 0;
                    double magnitude = 0;
                    for (int k = 0; k < inner; k++) {
                        int right = op.transposed() ? n * inner + k : k * columns + n;
                        double product = a.at((matrix * rows + m) * inner + k) * b.at(picked * inner * columns + right);
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    out.set(sum, precision.sum(inner) * magnitude, (matrix * rows + m) * columns + n);
                }
            }
        }
        return List.of(out);
    }

    /** {@code out = x [w_0; w_1; ...]^T + bias}. */
    static List<Exact> linear(Linear op, Linear.In<Exact> in, Precision precision) {
        int width = in.weights().stream().mapToInt(weight -> weight.size(0)).sum();
        int inner = in.x().size(1);
        Exact out = Exact.zeros(op.type(), in.x().size(0), width);
        int column = 0;
        for (Exact weight : in.weights()) {
            for (int n = 0; n < weight.size(0); n++) {
                for (int row = 0; row < in.x().size(0); row++) {
                    double bias = in.bias().isPresent() ? in.bias().get().at(column) : 0;
                    double sum = bias;
                    double magnitude = Math.abs(bias);
                    for (int k = 0; k < inner; k++) {
                        double product = in.x().at(row, k) * weight.at(n, k);
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    out.set(sum, precision.sum(inner + 1) * magnitude, row, column);
                }
                column++;
            }
        }
        return List.of(out);
    }

    /** The last dimension made one number: its sum, or its largest element. */
    static List<Exact> reduce(Reduce op, Reduce.In<Exact> in, Precision precision) {
        boolean max = op.function().equals(Reduce.MAX);
        int[] sizes = in.x().sizes();
        int width = sizes[sizes.length - 1];
        sizes[sizes.length - 1] = 1;
        Exact out = Exact.zeros(DType.F32, sizes);
        for (int row = 0; row < out.count(); row++) {
            double result = max ? Double.NEGATIVE_INFINITY : 0;
            double magnitude = 0;
            for (int i = 0; i < width; i++) {
                double x = in.x().at(row * width + i);
                result = max ? Math.max(result, x) : result + x;
                magnitude += Math.abs(x);
            }
            out.set(result, max ? 0 : precision.sum(width) * magnitude, row);
        }
        return List.of(out);
    }
}
