package org.tenon.conformance.oracle;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.TopK;
import org.tenon.api.tensor.DType;

/** What moves by index, and what finds indices; nothing is computed, so nothing may be off. */
final class IndexOracles {
    private IndexOracles() {}

    /** {@code out[i] = source[index[i]]}, zeros where the index is negative. */
    static List<Exact> gather(Gather op, Gather.In<Exact> in, Precision precision) {
        int[] sizes = in.source().sizes();
        int width = in.source().count() / Math.max(1, sizes[0]);
        sizes[0] = in.index().count();
        Exact out = Exact.zeros(in.source().type(), sizes);
        for (int i = 0; i < in.index().count(); i++) {
            for (int j = 0; j < width && in.index().whole(i) >= 0; j++) {
                out.set(in.source().at(in.index().whole(i) * width + j), 0, i * width + j);
            }
        }
        return List.of(out);
    }

    /** {@code target[index[i]] = rows[i]}, nothing where the index is negative. */
    static List<Exact> scatter(Scatter op, Scatter.In<Exact> in, Precision precision) {
        Exact target = in.target().copy();
        int width = target.count() / Math.max(1, target.size(0));
        for (int i = 0; i < in.index().count(); i++) {
            for (int j = 0; j < width && in.index().whole(i) >= 0; j++) {
                target.set(in.rows().at(i * width + j), 0, in.index().whole(i) * width + j);
            }
        }
        return List.of(target);
    }

    /** {@code out[i] = table[ids[i]]} in the output's type, zeros where the id is negative. */
    static List<Exact> embedding(Embedding op, Embedding.In<Exact> in, Precision precision) {
        int hidden = in.table().size(1);
        Exact out = Exact.zeros(op.type(), in.ids().count(), hidden);
        for (int i = 0; i < in.ids().count(); i++) {
            for (int j = 0; j < hidden && in.ids().whole(i) >= 0; j++) {
                out.set(Rounding.to(op.type(), in.table().at(in.ids().whole(i), j)), 0, i, j);
            }
        }
        return List.of(out);
    }

    /** {@code pool[slot / blockSize, :, slot % blockSize, :] = rows[i]}, nothing where the slot is negative. */
    static List<Exact> cacheWrite(CacheWrite op, CacheWrite.In<Exact> in, Precision precision) {
        Exact pool = in.pool().copy();
        int blockSize = pool.size(2);
        for (int i = 0; i < in.slots().count(); i++) {
            int slot = in.slots().whole(i);
            for (int head = 0; head < pool.size(1) && slot >= 0; head++) {
                for (int j = 0; j < pool.size(3); j++) {
                    pool.set(in.rows().at(i, head, j), 0, slot / blockSize, head, slot % blockSize, j);
                }
            }
        }
        return List.of(pool);
    }

    /** The largest of each row by a sort that keeps the order of equals; for a double's order, NaN comes after all numbers. */
    static List<Exact> topK(TopK op, TopK.In<Exact> in, Precision precision) {
        int rows = in.logits().size(0);
        Exact ids = Exact.zeros(DType.I32, rows, op.k());
        Exact values = Exact.zeros(DType.F32, rows, op.k());
        for (int row = 0; row < rows; row++) {
            int at = row;
            Comparator<Integer> rising =
                    Comparator.comparingDouble(id -> in.logits().at(at, id) + 0.0); // -0 becomes 0
            List<Integer> falling = IntStream.range(0, in.logits().size(1))
                    .boxed()
                    .sorted(rising.reversed())
                    .limit(op.k())
                    .toList();
            for (int i = 0; i < op.k(); i++) {
                ids.set(falling.get(i), 0, row, i);
                values.set(in.logits().at(row, falling.get(i)), 0, row, i);
            }
        }
        return List.of(ids, values);
    }
}
