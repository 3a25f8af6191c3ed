package org.tenon.conformance.life;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Numerics;
import org.tenon.conformance.trial.Candidate;

/** Backends of one device know nothing of one another. */
final class Neighbours {
    private static final int THREADS = 2;
    private static final int ROUNDS = 8;
    private static final int STEPS = 40;

    private Neighbours() {}

    /** One goes on as if the other had not been closed. */
    static Optional<String> closedBesideAnother(Candidate candidate) {
        try (Backend stays = candidate.open(Numerics.F32);
                SmallProgram program = SmallProgram.of(stays)) {
            List<Float> before = program.steps(3, 1);
            try (Backend goes = candidate.open(Numerics.F32);
                    SmallProgram other = SmallProgram.of(goes)) {
                other.steps(3, 2);
            }
            return program.steps(3, 1).equals(before)
                    ? Optional.empty()
                    : Optional.of("it computes something else once another one was closed");
        }
    }

    /** Programs of two threads, each on a backend of its own, run at the same time and compute what each does alone. */
    static Optional<String> twoThreads(Candidate candidate) {
        List<List<Float>> alone = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            alone.add(computed(candidate, i, () -> {}).getFirst());
        }
        CyclicBarrier together = new CyclicBarrier(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<CompletableFuture<List<List<Float>>>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int seed = i;
                results.add(
                        CompletableFuture.supplyAsync(() -> computed(candidate, seed, () -> await(together)), threads));
            }
            for (int i = 0; i < THREADS; i++) {
                for (List<Float> round : results.get(i).join()) {
                    if (!round.equals(alone.get(i))) {
                        return Optional.of("beside another thread's, a program computes something else");
                    }
                }
            }
            return Optional.empty();
        } catch (CompletionException failure) {
            return Optional.of("beside another thread's, a program fails: " + failure.getCause());
        }
    }

    private static List<List<Float>> computed(Candidate candidate, int seed, Runnable before) {
        try (Backend backend = candidate.open(Numerics.F32);
                SmallProgram program = SmallProgram.of(backend)) {
            List<List<Float>> rounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                before.run();
                rounds.add(program.steps(STEPS, seed));
            }
            return rounds;
        }
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException failure) {
            throw new IllegalStateException("the other thread hasn't come: " + failure, failure);
        }
    }
}
