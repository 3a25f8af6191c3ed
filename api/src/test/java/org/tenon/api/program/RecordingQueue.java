package org.tenon.api.program;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Queue;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Storage;

/** A queue of the host that records steps, and counts. */
final class RecordingQueue implements Queue {
    int recorded;
    int replayed;

    private final Queue host = HostMemory.queue();

    @Override
    public void upload(MemorySegment source, Storage target, long offset, long bytes) {
        host.upload(source, target, offset, bytes);
    }

    @Override
    public void download(Storage source, long offset, MemorySegment target, long bytes) {
        host.download(source, offset, target, bytes);
    }

    @Override
    public void clear(Storage target, long offset, long bytes) {
        host.clear(target, offset, bytes);
    }

    @Override
    public void finish() {
        host.finish();
    }

    @Override
    public Optional<Launch> record(Launch steps, StepShape shape) {
        recorded++;
        return Optional.of((queue, step) -> {
            replayed++;
            steps.run(queue, step);
        });
    }
}
