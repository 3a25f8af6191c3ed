package org.tenon.conformance.life;

import java.util.List;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.api.tensor.Storage;
import org.tenon.conformance.trial.Candidate;

/** A backend is opened and closed in every order that a program can go through. */
final class OpenAndClose {
    private static final int TIMES = 25;

    /** Threads that a virtual machine may have started by itself meanwhile. */
    private static final int OTHERS = 4;

    private OpenAndClose() {}

    /** Each time the same comes out, and no thread stays behind. */
    static Optional<String> manyTimes(Candidate candidate) throws InterruptedException {
        List<Float> first = once(candidate);
        int before = Thread.getAllStackTraces().size();
        for (int i = 2; i <= TIMES; i++) {
            if (!once(candidate).equals(first)) {
                return Optional.of("opened for the " + i + "th time, it computes something else");
            }
        }
        for (int wait = 0; wait < 20 && Thread.getAllStackTraces().size() > before + OTHERS; wait++) {
            Thread.sleep(50); // threads that are told to end take a while
        }
        int after = Thread.getAllStackTraces().size();
        return after > before + OTHERS
                ? Optional.of("there were " + before + " threads, and are " + after + " after it was opened and closed "
                        + TIMES + " times")
                : Optional.empty();
    }

    private static List<Float> once(Candidate candidate) {
        try (Backend backend = candidate.open(Numerics.F32);
                SmallProgram program = SmallProgram.of(backend)) {
            return program.steps(2, 1);
        }
    }

    /** Closing again does nothing, be it a backend, a program or memory. */
    static Optional<String> twice(Candidate candidate) {
        Backend backend = candidate.open(Numerics.F32);
        long available = backend.memory().limits().available();
        SmallProgram program = SmallProgram.of(backend);
        Storage memory = backend.memory().allocate(1 << 12);
        program.close();
        program.close();
        memory.close();
        memory.close();
        long after = backend.memory().limits().available();
        backend.close();
        backend.close();
        return after > available
                ? Optional.of("what is closed twice is counted twice: " + available + " bytes were free, and " + after
                        + " are")
                : Optional.empty();
    }

    /** Programs and memory may be closed after their backend, as they are where a failure unwinds. */
    static Optional<String> beforeItsPrograms(Candidate candidate) {
        Backend backend = candidate.open(Numerics.F32);
        SmallProgram program = SmallProgram.of(backend);
        Storage memory = backend.memory().allocate(1 << 12);
        List<Float> first = program.steps(2, 1);
        backend.close();
        memory.close();
        program.close();
        return once(candidate).equals(first)
                ? Optional.empty()
                : Optional.of("opened again, it computes something else");
    }
}
