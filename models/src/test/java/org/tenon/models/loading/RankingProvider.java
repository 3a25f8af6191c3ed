package org.tenon.models.loading;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.TopK;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;

/** Another provider's backend that has, or lacks, a kernel for the best of rows, and counts the bytes that are read of its memory. */
final class RankingProvider implements BackendProvider {
    /** What becomes of the other backend's kernel for the best of rows. */
    enum Ranking {
        ITS_OWN,
        NONE,
        /** One in Java, for a backend in the host's memory. */
        ON_THE_HOST
    }

    private final BackendProvider provider;
    private final Ranking ranking;
    private final AtomicLong downloaded = new AtomicLong();

    RankingProvider(BackendProvider provider, Ranking ranking) {
        this.provider = provider;
        this.ranking = ranking;
    }

    /** How many bytes have been read of the device's memory. */
    long downloaded() {
        return downloaded.get();
    }

    @Override
    public String name() {
        return "ranking-" + provider.name();
    }

    @Override
    public Presence presence() {
        return provider.presence();
    }

    @Override
    public List<Device> devices() {
        return provider.devices();
    }

    @Override
    public Backend open(Device device, Numerics numerics) {
        Backend backend = provider.open(device, numerics);
        return new Ranked(backend, new Counting(backend.queue()));
    }

    private final class Ranked implements Backend {
        private final Backend backend;
        private final Queue queue;

        Ranked(Backend backend, Queue queue) {
            this.backend = backend;
            this.queue = queue;
        }

        @Override
        public String name() {
            return backend.name();
        }

        @Override
        @SuppressWarnings("unchecked") // the operands are those of the op
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            if (ranking == Ranking.ITS_OWN || !(op instanceof TopK best)) {
                return backend.find(op, operands, outputs);
            }
            return ranking == Ranking.NONE
                    ? Lookup.unsupported("it is hidden")
                    : (Lookup<B>) Lookup.<TopK.In<Buffer>>kernel(
                            (in, out, workspace) -> onTheHost(best.k(), in.logits(), out.getFirst(), out.getLast()));
        }

        @Override
        public Prepared prepare(WeightSource source, List<WeightUse> uses) {
            return backend.prepare(source, uses);
        }

        @Override
        public DeviceMemory memory() {
            return backend.memory();
        }

        @Override
        public Queue queue() {
            return queue;
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    /** One after another the first of those that come behind the last one found. */
    private static Launch onTheHost(int k, Buffer logits, Buffer ids, Buffer values) {
        MemorySegment from = HostMemory.segment(logits);
        MemorySegment toIds = HostMemory.segment(ids);
        MemorySegment toValues = HostMemory.segment(values);
        Dim rows = logits.shape().dim(0);
        int width = Math.toIntExact(logits.shape().width());
        return (queue, step) -> {
            for (long row = 0; row < rows.size(step); row++) {
                long start = row * logits.spec().stride(0);
                int last = -1;
                for (int i = 0; i < k; i++) {
                    int best = -1;
                    for (int id = 0; id < width; id++) {
                        if ((last < 0 || before(from, start, last, id))
                                && (best < 0 || before(from, start, id, best))) {
                            best = id;
                        }
                    }
                    long place = 4L * i;
                    toIds.set(ValueLayout.JAVA_INT, row * ids.spec().stride(0) + place, best);
                    toValues.set(ValueLayout.JAVA_FLOAT, row * values.spec().stride(0) + place, at(from, start, best));
                    last = best;
                }
            }
        };
    }

    private static boolean before(MemorySegment row, long start, int id, int other) {
        int order = Float.compare(at(row, start, id) + 0f, at(row, start, other) + 0f);
        return order == 0 ? id < other : order > 0;
    }

    private static float at(MemorySegment row, long start, int id) {
        return row.get(ValueLayout.JAVA_FLOAT, start + 4L * id);
    }

    private final class Counting implements Queue {
        private final Queue queue;

        Counting(Queue queue) {
            this.queue = queue;
        }

        @Override
        public void upload(MemorySegment source, Storage target, long offset, long bytes) {
            queue.upload(source, target, offset, bytes);
        }

        @Override
        public void download(Storage source, long offset, MemorySegment target, long bytes) {
            downloaded.addAndGet(bytes);
            queue.download(source, offset, target, bytes);
        }

        @Override
        public void clear(Storage target, long offset, long bytes) {
            queue.clear(target, offset, bytes);
        }

        @Override
        public void finish() {
            queue.finish();
        }

        @Override
        public Optional<Launch> record(Launch steps, StepShape shape) {
            return queue.record(steps, shape);
        }
    }
}
