package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Presence;
import org.tenon.backend.opencl.ffi.ClContext.ClBuffer;

/** Recording and timing, on the first device of this machine; not run where there is none. */
class ClCommandsTest {
    private static final String MORE = "kernel void more(global int *x, ulong by) { x[0] += by; }";

    private final Presence presence = new Loader(Path.of("/"), System.getenv()).presence();

    @BeforeEach
    void present() {
        assumeTrue(presence.available(), presence::detail);
    }

    private ClDevice device() {
        return OpenCl.load(Path.of(presence.detail())).devices().getFirst();
    }

    private static ClProgram more(ClContext context) {
        return ClProgram.compile(context, BinaryCache.of("", "", Map.of()), "more", MORE, "-cl-std=CL1.2");
    }

    private static int number(ClContext context, ClBuffer buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(JAVA_INT);
            context.read(buffer, 0, host.address(), JAVA_INT.byteSize());
            return host.get(JAVA_INT, 0);
        }
    }

    @Test
    void recordedLaunchesRunWhenTheyAreAskedForAndAsOften() {
        assumeTrue(device().reports(ClCommands.EXTENSION), "the device keeps no commands");
        try (ClContext context = device().open();
                ClProgram program = more(context);
                ClKernel kernel = program.kernel("more");
                ClBuffer buffer = context.buffer(JAVA_INT.byteSize())) {
            context.clear(buffer, 0, JAVA_INT.byteSize());
            kernel.set(0, buffer);
            kernel.set(1, 3L);
            try (ClCommands commands = context.record(() -> {
                        kernel.launch(1, 1);
                        kernel.launch(1, 1);
                    })
                    .orElseThrow()) {
                assertEquals(0, number(context, buffer));
                commands.run();
                commands.run();
                assertEquals(2 * 2 * 3, number(context, buffer));
                kernel.launch(1, 1);
                assertEquals(2 * 2 * 3 + 3, number(context, buffer));
            }
        }
    }

    @Test
    void aRecordingThatFailsLeavesNothingBehind() {
        try (ClContext context = device().open();
                ClProgram program = more(context);
                ClKernel kernel = program.kernel("more");
                ClBuffer buffer = context.buffer(JAVA_INT.byteSize())) {
            assumeTrue(context.record(() -> {}).isPresent(), "the device keeps no commands");
            assertThrows(
                    IllegalStateException.class,
                    () -> context.record(() -> {
                        throw new IllegalStateException("on purpose");
                    }));
            context.clear(buffer, 0, JAVA_INT.byteSize());
            kernel.set(0, buffer);
            kernel.set(1, 5L);
            kernel.launch(1, 1);
            assertEquals(5, number(context, buffer));
        }
    }

    @Test
    void theDeviceTellsWhatLaunchesTake() {
        try (ClContext context = device().open();
                ClProgram program = more(context);
                ClKernel kernel = program.kernel("more");
                ClBuffer buffer = context.buffer(JAVA_INT.byteSize())) {
            context.clear(buffer, 0, JAVA_INT.byteSize());
            kernel.set(0, buffer);
            kernel.set(1, 7L);
            long start = System.nanoTime();
            long none = context.timed(() -> {});
            long some = context.timed(() -> {
                kernel.launch(1, 1);
                kernel.launch(1, 1);
            });
            long all = System.nanoTime() - start;
            assertEquals(0, none);
            assertTrue(some > 0 && some <= all, () -> some + " of " + all);
            assertEquals(2 * 7, number(context, buffer));
        }
    }
}
