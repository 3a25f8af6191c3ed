package org.tenon.backend.cpu;

import java.util.Optional;
import org.tenon.api.op.Attention;
import org.tenon.api.tensor.Buffer;

/** What becomes of the products of queries and keys: they are scaled, capped, and given a bias by their distance. */
final class Scores {
    private final float scale;
    private final float cap; // 0 for none
    private final Optional<View> bias; // [2 * farthest + 1, heads]
    private final int farthest;
    private final float[] row;
    private final float[][] byHead; // [heads][2 * farthest + 1]; empty for none

    Scores(Attention op, Attention.In<Buffer> in) {
        scale = (float) op.scale();
        cap = (float) op.softCap();
        bias = in.bias().map(View::new);
        int distances =
                in.bias().map(each -> Math.toIntExact(each.shape().size(0))).orElse(0);
        int heads = Math.toIntExact(in.q().shape().size(1));
        farthest = distances / 2;
        row = new float[heads];
        byHead = new float[distances > 0 ? heads : 0][distances];
    }

    /** Reads the biases: once a step. */
    void ready() {
        bias.ifPresent(table -> {
            for (int distance = 0; distance <= 2 * farthest; distance++) {
                table.load(distance, row, 0);
                for (int head = 0; head < byHead.length; head++) {
                    byHead[head][distance] = row[head];
                }
            }
        });
    }

    /** Makes scores of the products {@code from} to {@code to}; the first of all is of the key at {@code distance} from the query. */
    void make(float[] products, int from, int to, int head, int distance) {
        for (int j = from; j < to; j++) {
            products[j] *= scale;
        }
        for (int j = from; j < to && cap > 0; j++) {
            products[j] = (float) Math.tanh(products[j] / cap) * cap;
        }
        for (int j = from; j < to && byHead.length > 0; j++) {
            products[j] += byHead[head][Math.clamp(distance + j, -farthest, farthest) + farthest];
        }
    }
}
