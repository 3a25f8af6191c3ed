package org.tenon.models.observe;

import org.tenon.api.model.ModelListener;
import org.tenon.api.model.Result;

/**
 * Tells Java's flight recorder of a model's steps ({@code org.tenon.Step}) and requests ({@code org.tenon.Request}). Whether they are
 * recorded is the recording's choice; while none wants them, nothing is allocated and no clock is read.
 */
public final class FlightRecorder implements ModelListener {
    private final String model;
    private final StepEvent step = new StepEvent(); // used again for each step
    private final RequestEvent request = new RequestEvent(); // asked whether requests are wanted
    private boolean begun;

    /**
     * A listener for one model.
     *
     * @param model the name that events give it
     */
    public FlightRecorder(String model) {
        this.model = model;
        step.model = model;
    }

    @Override
    public void stepping() {
        begun = step.isEnabled();
        if (begun) {
            step.begin();
        }
    }

    @Override
    public void stepped(StepReport report) {
        if (!begun) {
            return;
        }
        step.end();
        if (step.shouldCommit()) {
            step.rows = report.rows();
            step.prefillRows = report.prefillRows();
            step.sequences = report.sequences();
            step.outputs = report.outputs();
            step.commit();
        }
    }

    @Override
    public void finished(Result result) {
        if (!request.isEnabled()) {
            return;
        }
        RequestEvent event = new RequestEvent();
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
