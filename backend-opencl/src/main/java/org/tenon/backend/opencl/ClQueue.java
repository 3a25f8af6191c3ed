package org.tenon.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Optional;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;
import org.tenon.backend.opencl.ffi.ClCommands;
import org.tenon.backend.opencl.ffi.ClContext;
import org.tenon.backend.opencl.ffi.ClContext.ClBuffer;

/**
 * The in-order queue of a context. What is uploaded in a step is small: it is copied to a staging room and goes to the device when the queue gets there, so
 * that nobody waits; the room begins anew each time that the queue is empty. Allocates nothing in a step.
 */
final class ClQueue implements Queue {
    private static final long ROOM = 1 << 20;
    private static final long ALIGNMENT = 64;

    private final ClContext context;
    private final Kernels kernels;
    private final MemorySegment staging = Arena.ofAuto().allocate(ROOM, ALIGNMENT);
    private long taken;

    ClQueue(ClContext context, Kernels kernels) {
        this.context = context;
        this.kernels = kernels;
    }

    @Override
    public void upload(MemorySegment source, Storage target, long offset, long bytes) {
        ClBuffer buffer = ClMemory.buffer(target);
        if (source.isNative() && bytes >= ROOM / 2) {
            try {
                context.write(source.address(), buffer, offset, bytes, true);
            } finally {
                Reference.reachabilityFence(source);
            }
            return;
        }
        long most = Math.min(bytes, ROOM);
        for (long done = 0; done < bytes; done += most) {
            long part = Math.min(most, bytes - done);
            if (taken + part > ROOM) {
                finish();
            }
            MemorySegment.copy(source, done, staging, taken, part);
            context.write(staging.address() + taken, buffer, offset + done, part, false);
            taken = Math.ceilDiv(taken + part, ALIGNMENT) * ALIGNMENT;
        }
    }

    @Override
    public void download(Storage source, long offset, MemorySegment target, long bytes) {
        ClBuffer buffer = ClMemory.buffer(source);
        if (target.isNative()) {
            try {
                read(buffer, offset, target.address(), bytes);
            } finally {
                Reference.reachabilityFence(target);
            }
            return;
        }
        finish();
        for (long done = 0; done < bytes; done += ROOM) {
            long part = Math.min(ROOM, bytes - done);
            read(buffer, offset + done, staging.address(), part);
            MemorySegment.copy(staging, 0, target, done, part);
        }
    }

    private void read(ClBuffer source, long offset, long host, long bytes) {
        if (bytes > 0) { // OpenCL has no empty transfers
            context.read(source, offset, host, bytes);
        }
    }

    @Override
    public void clear(Storage target, long offset, long bytes) {
        if (bytes > 0) {
            context.clear(ClMemory.buffer(target), offset, bytes);
        }
    }

    @Override
    public void copy(Storage source, long from, Storage target, long to, long bytes) {
        if (bytes > 0) {
            context.copy(ClMemory.buffer(source), from, ClMemory.buffer(target), to, bytes);
        }
    }

    /** By the device's clock. */
    @Override
    public long timed(Launch launch, StepShape step) {
        return context.timed(() -> launch.run(this, step));
    }

    /**
     * A GPU that keeps commands is given them; else there is a list that is gone through without asking for the shape again. A processor's launches cost little,
     * and PoCL 3.1 took a quarter more time for a prefill of kept ones.
     */
    @Override
    public Optional<Launch> record(Launch steps, StepShape shape) {
        Recording recording = kernels.record(steps, this, shape);
        if (kernels.processor()) {
            return Optional.of(recording);
        }
        return Optional.of(context.record(() -> recording.run(this, shape))
                .<Launch>map(commands -> new Commands(commands, recording))
                .orElse(recording));
    }

    /** A device keeps the arguments that commands had, but PoCL 3.1 takes those that their kernels have when they run. */
    private record Commands(ClCommands commands, Recording recording) implements Launch {
        @Override
        public void run(Queue queue, StepShape step) {
            recording.prepare(queue);
            commands.run();
        }

        @Override
        public void close() {
            commands.close();
        }
    }

    @Override
    public void finish() {
        context.finish();
        taken = 0;
    }
}
