package org.tenon.models.loading;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Prepared;
import org.tenon.api.backend.Presence;
import org.tenon.api.backend.Queue;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.backend.WeightUse;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;

/** Another provider's backend, with a count of how often it is asked for a kernel, a weight or memory, and of the backends that are open. */
final class CountingProvider implements BackendProvider {
    private final BackendProvider provider;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong open = new AtomicLong();

    CountingProvider(BackendProvider provider) {
        this.provider = provider;
    }

    /** How often anything was asked for. */
    long asked() {
        return asked.get();
    }

    /** How many backends are open. */
    long open() {
        return open.get();
    }

    @Override
    public String name() {
        return "counting-" + provider.name();
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
        open.incrementAndGet();
        return new Counting(backend);
    }

    private final class Counting implements Backend {
        private final Backend backend;

        Counting(Backend backend) {
            this.backend = backend;
        }

        @Override
        public String name() {
            return backend.name();
        }

        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            asked.incrementAndGet();
            return backend.find(op, operands, outputs);
        }

        @Override
        public Prepared prepare(WeightSource source, List<WeightUse> uses) {
            asked.incrementAndGet();
            return backend.prepare(source, uses);
        }

        @Override
        public DeviceMemory memory() {
            return new DeviceMemory() {
                @Override
                public Storage allocate(long bytes) {
                    asked.incrementAndGet();
                    return backend.memory().allocate(bytes);
                }

                @Override
                public MemoryLimits limits() {
                    return backend.memory().limits();
                }
            };
        }

        @Override
        public Queue queue() {
            return backend.queue();
        }

        @Override
        public void close() {
            backend.close();
            open.decrementAndGet();
        }
    }
}
