package org.tenon.backend.opencl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A second queue that tells when what was on it began and ended. The other queue is empty meanwhile. */
final class ClStopwatch implements AutoCloseable {
    private static final long PROFILING = 2;
    private static final int START = 0x1282;
    private static final int END = 0x1283;

    private final ClContext context;
    private final long queue;
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> events = new ArrayList<>();

    ClStopwatch(ClContext context, long handle) {
        this.context = context;
        queue = context.cl()
                .make(
                        context.name(),
                        "clCreateCommandQueue",
                        handle,
                        context.device().id(),
                        PROFILING);
    }

    long queue() {
        return queue;
    }

    /** Where the next event comes. */
    MemorySegment event() {
        MemorySegment event = arena.allocate(JAVA_LONG);
        events.add(event);
        return event;
    }

    /** {@return how long the device worked for all that has come, which is done} */
    long nanos() {
        long sum = 0;
        for (MemorySegment event : events) {
            sum += time(event, END) - time(event, START);
        }
        return sum;
    }

    private long time(MemorySegment event, int which) {
        MemorySegment time = arena.allocate(JAVA_LONG);
        OpenCl.require(
                context.cl()
                        .call(
                                "clGetEventProfilingInfo",
                                event.get(JAVA_LONG, 0),
                                which,
                                time.byteSize(),
                                time,
                                MemorySegment.NULL),
                "clGetEventProfilingInfo",
                context.name());
        return time.get(JAVA_LONG, 0);
    }

    @Override
    public void close() {
        for (MemorySegment event : events) {
            if (event.get(JAVA_LONG, 0) != 0) { // a launch that was refused has none
                context.cl().call("clReleaseEvent", event.get(JAVA_LONG, 0));
            }
        }
        context.cl().call("clReleaseCommandQueue", queue);
        arena.close();
    }
}
