package org.tenon.models.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A step of a model, from its first kernel to its last. */
@Name("org.tenon.Step")
@Label("Step")
@Category("Tenon")
@Description("A step of a model, sampling left out")
@StackTrace(false)
final class StepEvent extends Event {
    @Label("Model")
    String model = "";

    @Label("Rows")
    @Description("Rows computed, padding left out")
    int rows;

    @Label("Prefill Rows")
    @Description("Rows that belonged to prompts")
    int prefillRows;

    @Label("Sequences")
    int sequences;

    @Label("Outputs")
    @Description("Rows whose logits were wanted")
    int outputs;
}
