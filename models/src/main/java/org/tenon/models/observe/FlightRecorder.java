package org.tenon.models.observe;

import org.jspecify.annotations.Nullable;
import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Result;

/**
 * Tells Java's flight recorder of a model's steps ({@code org.tenon.Step}) and requests ({@code org.tenon.Request}). Whether they are
 * recorded is the recording's choice; while none wants them, nothing is allocated and no clock is read.
 */
public final class FlightRecorder implements ModelListener {
    private final String model;
    private @Nullable StepEvent step; // made when Java's flight recorder is there, then used again for each step
    private boolean begun;

    /**
     * A listener for one model.
     *
     * @param model the name that events give it
     */
    public FlightRecorder(String model) {
        this.model = model;
    }

    /** Whether somebody has begun to record. The first event makes Java load its flight recorder, which takes a tenth of a second and more. */
    static boolean there() {
        return jdk.jfr.FlightRecorder.isInitialized();
    }

    @Override
    public void stepping() {
        begun = there() && begin();
    }

    private boolean begin() {
        StepEvent event = step;
        if (event == null) {
            event = new StepEvent();
            event.model = model;
            step = event;
        }
        if (!event.isEnabled()) {
            return false;
        }
        event.begin();
        return true;
    }

    @Override
    public void stepped(StepReport report) {
        StepEvent event = step;
        if (!begun || event == null) {
            return;
        }
        event.end();
        if (event.shouldCommit()) {
            event.rows = report.rows();
            event.prefillRows = report.prefillRows();
            event.sequences = report.sequences();
            event.outputs = report.outputs();
            event.commit();
        }
    }

    @Override
    public void finished(Result result) {
        if (!there()) {
            return;
        }
        RequestEvent event = new RequestEvent();
        if (!event.isEnabled()) {
            return;
        }
        event.model = model;
        event.queued = result.timings().queued().toNanos();
        event.prefill = result.timings().prefill().toNanos();
        event.decode = result.timings().decode().toNanos();
        event.promptTokens = result.usage().promptTokens();
        event.cachedTokens = result.usage().cachedTokens();
        event.outputTokens = result.usage().outputTokens();
        event.reason = result.reason().name();
        event.commit();
    }
}
