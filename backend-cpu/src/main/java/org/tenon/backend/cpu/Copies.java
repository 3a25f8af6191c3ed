package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Scatter;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;

/** Kernels that put rows elsewhere: by index, by id, into a cache. */
final class Copies {
    private final Workers workers;

    Copies(Workers workers) {
        this.workers = workers;
    }

    Lookup<Gather.In<Buffer>> gather(Gather op, Gather.In<Tensor> in, List<Tensor> out) {
        if (!in.source().type().scalar()) {
            return Lookup.unsupported("only scalar types, not " + in.source().type());
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View source = new View(operands.source());
            View index = new View(operands.index());
            View result = new View(outputs.getFirst());
            int inner = inner(result);
            long bytes = result.type().bytes(result.width());
            return new RowLaunch(workers, result, result.width()) {
                @Override
                void row(long row, int worker) {
                    int from = index.integer(row / inner);
                    if (from < 0) {
                        HostMemory.clear(result.bytes(), result.at(row), bytes);
                    } else {
                        copy(source, (long) from * inner + row % inner, result, row, bytes);
                    }
                }
            };
        });
    }

    Lookup<Scatter.In<Buffer>> scatter(Scatter op, Scatter.In<Tensor> in, List<Tensor> out) {
        if (!in.rows().type().scalar()) {
            return Lookup.unsupported("only scalar types, not " + in.rows().type());
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View target = new View(operands.target());
            View rows = new View(operands.rows());
            View index = new View(operands.index());
            int inner = inner(rows);
            long bytes = rows.type().bytes(rows.width());
            return new RowLaunch(workers, rows, rows.width()) {
                @Override
                void row(long row, int worker) {
                    int to = index.integer(row / inner);
                    if (to >= 0) {
                        copy(rows, row, target, (long) to * inner + row % inner, bytes);
                    }
                }
            };
        });
    }

    Lookup<Embedding.In<Buffer>> embedding(Embedding op, Embedding.In<Tensor> in, List<Tensor> out) {
        return Lookup.kernel((operands, outputs, workspace) -> {
            View table = new View(operands.table());
            View ids = new View(operands.ids());
            View result = new View(outputs.getFirst());
            int width = result.width();
            boolean same = table.type().equals(result.type()) && table.type().scalar();
            long bytes = same ? table.type().bytes(width) : 0;
            workers.scratch().reserveFloats(0, width);
            return new RowLaunch(workers, result, width) {
                @Override
                void row(long row, int worker) {
                    int id = ids.integer(row);
                    if (same && id >= 0) {
                        copy(table, id, result, row, bytes);
                        return;
                    }
                    float[] values = floats(0, worker);
                    if (id >= 0) {
                        table.load(id, values, 0);
                    } else {
                        Arrays.fill(values, 0, width, 0f);
                    }
                    result.store(values, 0, row);
                }
            };
        });
    }

    Lookup<CacheWrite.In<Buffer>> cacheWrite(CacheWrite op, CacheWrite.In<Tensor> in, List<Tensor> out) {
        if (!in.pool().type().scalar()) {
            return Lookup.unsupported("only scalar types, not " + in.pool().type());
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            View pool = new View(operands.pool());
            View rows = new View(operands.rows());
            View slots = new View(operands.slots());
            int kvHeads = Math.toIntExact(pool.shape().size(1));
            int blockSize = Math.toIntExact(pool.shape().size(2));
            long bytes = rows.type().bytes(rows.width());
            return new RowLaunch(workers, rows, rows.width()) {
                @Override
                void row(long row, int worker) {
                    int slot = slots.integer(row / kvHeads);
                    if (slot >= 0) {
                        long head = (long) (slot / blockSize) * kvHeads + row % kvHeads;
                        copy(rows, row, pool, head * blockSize + slot % blockSize, bytes);
                    }
                }
            };
        });
    }

    /** The rows of the last dimension that one index stands for. */
    private static int inner(View view) {
        long inner = 1;
        for (int i = 1; i < view.shape().rank() - 1; i++) {
            inner *= view.shape().size(i);
        }
        return Math.toIntExact(inner);
    }

    private static void copy(View source, long from, View target, long to, long bytes) {
        MemorySegment.copy(source.bytes(), source.at(from), target.bytes(), target.at(to), bytes);
    }
}
