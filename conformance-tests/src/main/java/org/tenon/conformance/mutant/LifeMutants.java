package org.tenon.conformance.mutant;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;

/** Faults that show where a backend is opened and closed, where memory is taken and given back, and beside another one. */
final class LifeMutants {
    /** What is more than a page. */
    private static final long LARGE = 1 << 13;

    private LifeMutants() {}

    static List<Mutant> all() {
        return List.of(
                new Mutant(
                        "keeps a page with each allocation",
                        "Life/memory allocated is memory freed",
                        new Memory((backend, bytes) -> {
                            backend.memory().allocate(1 << 12);
                            return backend.memory().allocate(bytes);
                        })),
                new Mutant(
                        "keeps a copy of what programs take",
                        "Life/memory of a program is freed",
                        new Memory((backend, bytes) -> {
                            backend.memory().allocate(bytes);
                            return backend.memory().allocate(bytes);
                        })),
                new Mutant(
                        "memory with what lay there before",
                        "Life/memory comes as zeros",
                        new Memory((backend, bytes) -> {
                            Storage memory = backend.memory().allocate(bytes);
                            MemorySegment other = MemorySegment.ofArray(new byte[(int) Math.min(bytes, LARGE)]);
                            backend.queue().upload(other.fill((byte) 1), memory, 0, other.byteSize());
                            return memory;
                        })),
                new Mutant(
                        "half of the memory asked for",
                        "Life/memory allocated is memory freed",
                        new Memory((backend, bytes) -> backend.memory().allocate(bytes / 2))),
                new Mutant(
                        "memory refused as if it were a fault",
                        "Life/more than there is is refused",
                        new Memory((backend, bytes) -> {
                            try {
                                return backend.memory().allocate(bytes);
                            } catch (OutOfDeviceMemory refused) {
                                throw new IllegalStateException("error 2", refused);
                            }
                        })),
                new Mutant(
                        "memory kept of what was refused",
                        "Life/nothing left of a program too large",
                        new Memory((backend, bytes) -> {
                            long free = backend.memory().limits().available();
                            if (bytes > free) {
                                backend.memory().allocate(LARGE);
                            }
                            return backend.memory().allocate(bytes);
                        })),
                new Mutant("closed memory reads as zeros", "Life/memory is closed memory once closed", new Forgiving()),
                new Mutant("claims ops that it doesn't have", "Life/nothing left of a missing kernel", new Boasting()),
                new Mutant("fails when closed twice", "Life/closed twice", new ClosedOnce()),
                new Mutant("closing one spoils the others", "Life/closed beside another", new SpoiltByClosing()),
                new Mutant(
                        "one scratch for all backends",
                        "Life/two threads side by side",
                        Changes.writes(Linear.class, new Crowded())));
    }

    /** Answers as the correct backend does. */
    private abstract static class Plain implements Change {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return correct.find(op, operands, outputs);
        }
    }

    /** How memory is taken from a backend. */
    @FunctionalInterface
    private interface Taking {
        Storage take(Backend correct, long bytes);
    }

    private static final class Memory extends Plain {
        private final Taking taking;

        Memory(Taking taking) {
            this.taking = taking;
        }

        @Override
        public DeviceMemory memory(Backend correct) {
            return new DeviceMemory() {
                @Override
                public Storage allocate(long bytes) {
                    return taking.take(correct, bytes);
                }

                @Override
                public MemoryLimits limits() {
                    return correct.memory().limits();
                }
            };
        }
    }

    private static final class Forgiving extends Plain {
        @Override
        public Queue queue(Queue correct) {
            return new ForgivingQueue(correct);
        }
    }

    private record ForgivingQueue(Queue under) implements ForwardingQueue {
        @Override
        public void download(Storage source, long offset, MemorySegment target, long bytes) {
            try {
                under.download(source, offset, target, bytes);
            } catch (IllegalStateException closed) {
                target.fill((byte) 0);
            }
        }
    }

    /** Has a kernel that does nothing for whatever it has no kernel for. */
    private static final class Boasting implements Change {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            Lookup<B> answer = correct.find(op, operands, outputs);
            return answer instanceof Lookup.Native<B> ? answer : Lookup.kernel((_, _, _) -> (_, _) -> {});
        }
    }

    /** Fails from the second time on. */
    private static final class ClosedOnce extends Plain {
        private final AtomicInteger times = new AtomicInteger();

        @Override
        public void closing() {
            if (times.incrementAndGet() > 1) {
                throw new IllegalStateException("closed already");
            }
        }
    }

    /** Computes something else once any backend was closed. */
    private static final class SpoiltByClosing implements Change {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Change spoilt = Changes.writes(Linear.class, elements -> {
            if (closed.get()) {
                elements.set(0, 0, 1 + elements.get(0, 0));
            }
        });

        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return spoilt.find(correct, op, operands, outputs);
        }

        @Override
        public void closing() {
            closed.set(true);
        }
    }

    /** Computes something else while another thread is here too. */
    private static final class Crowded implements Consumer<Elements> {
        private static final long A_MOMENT = 200_000;

        private final AtomicInteger here = new AtomicInteger();

        @Override
        public void accept(Elements elements) {
            here.incrementAndGet();
            LockSupport.parkNanos(A_MOMENT);
            if (here.get() > 1) {
                elements.set(0, 0, 1 + elements.get(0, 0));
            }
            here.decrementAndGet();
        }
    }
}
