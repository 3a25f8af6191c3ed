package org.tenon.models.observe;

import java.time.Duration;
import java.util.Optional;
import org.tenon.api.model.LoadTimings;
import org.tenon.api.program.Runner;

/** Times the parts of loading a model, and tells Java's flight recorder of it ({@code org.tenon.Load}). For one thread. */
public final class LoadWatch implements Runner.Progress {
    private final Runner.Progress further;
    private final Optional<LoadEvent> recorded =
            FlightRecorder.there() ? Optional.of(new LoadEvent()) : Optional.empty();
    private final long began = System.nanoTime();
    private long read = began;
    private long prepared = began;

    /**
     * Begins.
     *
     * @param further hears how far preparing has come
     */
    public LoadWatch(Runner.Progress further) {
        this.further = further;
        recorded.ifPresent(LoadEvent::begin);
    }

    /** All that is read before weights are prepared has been read. */
    public void read() {
        read = System.nanoTime();
        prepared = read;
    }

    @Override
    public void prepared(long done, long total) {
        prepared = System.nanoTime();
        further.prepared(done, total);
    }

    /** {@return how long the parts have taken, the last of them until now} */
    public LoadTimings timings() {
        return new LoadTimings(
                Duration.ofNanos(read - began),
                Duration.ofNanos(prepared - read),
                Duration.ofNanos(System.nanoTime() - prepared));
    }

    /**
     * The model is ready.
     *
     * @param model the name that the event gives it
     * @param device what it runs on
     * @param timings how long the parts took
     */
    public void loaded(String model, String device, LoadTimings timings) {
        recorded.ifPresent(event -> write(event, model, device, timings));
    }

    private static void write(LoadEvent event, String model, String device, LoadTimings timings) {
        event.end();
        if (event.shouldCommit()) {
            event.model = model;
            event.device = device;
            event.reading = timings.reading().toNanos();
            event.preparing = timings.preparing().toNanos();
            event.warming = timings.warming().toNanos();
            event.commit();
        }
    }
}
