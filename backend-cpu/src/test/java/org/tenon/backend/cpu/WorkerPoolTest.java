package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerPoolTest {
    @Test
    void eachPieceIsDoneOnceInEveryOfManySmallRuns() {
        try (WorkerPool pool = new WorkerPool(4)) {
            for (int run = 0; run < 20_000; run++) {
                AtomicIntegerArray done = new AtomicIntegerArray(run % 9);
                pool.run(done.length(), (index, worker) -> done.incrementAndGet(index));
                for (int i = 0; i < done.length(); i++) {
                    assertEquals(1, done.get(i), "piece " + i + " of run " + run);
                }
            }
        }
    }

    @Test
    void noTwoPiecesRunAtOnceWithTheSameWorker() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicIntegerArray busy = new AtomicIntegerArray(3);
            AtomicInteger clashes = new AtomicInteger();
            for (int run = 0; run < 2_000; run++) {
                pool.run(8, (index, worker) -> {
                    if (busy.incrementAndGet(worker) != 1) {
                        clashes.incrementAndGet();
                    }
                    busy.decrementAndGet(worker);
                });
            }
            assertEquals(0, clashes.get());
        }
    }

    @Test
    void workersThatWentToSleepAreWoken() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int run = 0; run < 5; run++) {
                Thread.sleep(20); // long enough to park
                CountDownLatch both = new CountDownLatch(2);
                pool.run(2, (index, worker) -> {
                    both.countDown();
                    assertDoesNotWaitForever(both); // each piece needs a thread of its own
                });
            }
        }
    }

    private static void assertDoesNotWaitForever(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS), "the second worker never came");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatAPieceThrowsReachesTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            for (int culprit = 0; culprit < 6; culprit++) {
                int thrower = culprit;
                IllegalArgumentException thrown = new IllegalArgumentException("piece " + culprit);
                assertSame(
                        thrown,
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> pool.run(6, (index, worker) -> {
                                    if (index == thrower) {
                                        throw thrown;
                                    }
                                })));
                AtomicInteger after = new AtomicInteger();
                pool.run(6, (index, worker) -> after.incrementAndGet());
                assertEquals(6, after.get());
            }
            assertThrows(
                    AssertionError.class,
                    () -> pool.run(4, (index, worker) -> {
                        throw new AssertionError("an error too");
                    }));
        }
    }

    @Test
    void closingEndsTheThreadsAndRefusesRuns() {
        WorkerPool pool = new WorkerPool(3);
        AtomicReference<Thread> other = new AtomicReference<>(Thread.currentThread());
        CountDownLatch both = new CountDownLatch(2);
        pool.run(2, (index, worker) -> {
            both.countDown();
            assertDoesNotWaitForever(both);
            if (worker != 0) {
                other.set(Thread.currentThread());
            }
        });
        assertNotSame(Thread.currentThread(), other.get());
        assertTrue(other.get().isAlive());
        assertTimeoutPreemptively(Duration.ofSeconds(30), pool::close);
        assertFalse(other.get().isAlive());
        pool.close();
        assertEquals(
                "the CPU backend is closed",
                assertThrows(IllegalStateException.class, () -> pool.run(1, (index, worker) -> {}))
                        .getMessage());
    }

    @Test
    void aRunAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicInteger done = new AtomicInteger();
            WorkerPool.Task task = (index, worker) -> done.incrementAndGet();
            for (int i = 0; i < 20_000; i++) {
                pool.run(4, task);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                pool.run(4, task);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 10_000, allocated + " bytes in 10,000 runs"); // less than one object each
        }
    }

    @Test
    void aPoolOfOneWorksOnTheCallingThread() {
        try (WorkerPool pool = new WorkerPool(1)) {
            Thread caller = Thread.currentThread();
            pool.run(5, (index, worker) -> {
                assertSame(caller, Thread.currentThread());
                assertEquals(0, worker);
            });
        }
    }
}
