package org.tenon.conformance.life;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.OutOfDeviceMemory;
import org.tenon.api.tensor.Storage;
import org.tenon.conformance.trial.Candidate;

/** Memory of a device is counted, cleared, refused and given back. */
final class MemoryLife {
    private static final List<Integer> SIZES = List.of(0, 1, 63, 64, 4097, 1 << 20, 3 << 20);

    private MemoryLife() {}

    /** Also where somebody has written before. */
    static Optional<String> comesAsZeros(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32)) {
            for (int round = 0; round < 3; round++) {
                for (int size : SIZES) {
                    try (Storage memory = backend.memory().allocate(size)) {
                        byte[] bytes = new byte[size];
                        backend.queue().download(memory, 0, MemorySegment.ofArray(bytes), size);
                        for (byte each : bytes) {
                            if (each != 0) {
                                return Optional.of("memory of " + size + " bytes isn't set to zero");
                            }
                        }
                        backend.queue().upload(MemorySegment.ofArray(bytes).fill((byte) 0x7F), memory, 0, size);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** What is taken is missing, and what is given back is there again. */
    static Optional<String> allocatedIsFreed(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32)) {
            long before = backend.memory().limits().available();
            List<Storage> taken = new ArrayList<>();
            long bytes = 0;
            for (int size : SIZES) {
                Storage memory = backend.memory().allocate(size);
                taken.add(memory);
                bytes += size;
                if (memory.bytes() < size) {
                    return Optional.of(size + " bytes were asked for, and " + memory.bytes() + " came");
                }
            }
            long between = backend.memory().limits().available();
            taken.forEach(Storage::close);
            long after = backend.memory().limits().available();
            if (before - between < bytes) {
                return Optional.of(bytes + " bytes were taken, but only " + (before - between) + " less are free");
            }
            return leak(before, after);
        }
    }

    /** The same with all that a program takes, again and again. */
    static Optional<String> ofAProgramIsFreed(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32)) {
            warm(backend);
            long before = backend.memory().limits().available();
            for (int i = 0; i < 10; i++) {
                warm(backend);
            }
            return leak(before, backend.memory().limits().available());
        }
    }

    /** What a backend takes once, for all programs, is taken by the first one. */
    static void warm(Backend backend) {
        try (SmallProgram program = SmallProgram.of(backend)) {
            program.steps(1, 1);
        }
    }

    /** What is missing of the memory that was free before. */
    static Optional<String> leak(long before, long after) {
        return after < before
                ? Optional.of((before - after) + " bytes were taken and not given back")
                : Optional.empty();
    }

    /** With the exception that is made for it, and without harm. */
    static Optional<String> moreThanThereIsIsRefused(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32);
                SmallProgram program = SmallProgram.of(backend)) {
            List<Float> first = program.steps(2, 1);
            MemoryLimits limits = backend.memory().limits();
            for (long asked : new long[] {limits.available() + 1, limits.total() + 1, 1L << 50, Long.MAX_VALUE / 2}) {
                try (Storage memory = backend.memory().allocate(asked)) {
                    return Optional.of(asked + " bytes were asked for where " + limits.available() + " are free, and "
                            + memory.bytes() + " came");
                } catch (OutOfDeviceMemory expected) {
                    Optional<String> leak =
                            leak(limits.available(), backend.memory().limits().available());
                    if (leak.isPresent()) {
                        return Optional.of("refused, but " + leak.get());
                    }
                }
            }
            return program.steps(2, 1).equals(first)
                    ? Optional.empty()
                    : Optional.of("once memory was refused, a program computes something else");
        }
    }

    /** Whoever uses it all the same gets an exception; the process lives. */
    static Optional<String> closedIsClosed(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32)) {
            Storage memory = backend.memory().allocate(1 << 12);
            memory.close();
            MemorySegment host = MemorySegment.ofArray(new byte[1 << 12]);
            try {
                backend.queue().download(memory, 0, host, host.byteSize());
            } catch (RuntimeException expected) {
                return Optional.empty();
            }
            return Optional.of("memory can be read after it was closed");
        }
    }
}
