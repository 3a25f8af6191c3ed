package org.tenon.models.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A model was loaded. */
@Name("org.tenon.Load")
@Label("Load")
@Category("Tenon")
@Description("A model was loaded")
@StackTrace(false)
final class LoadEvent extends Event {
    @Label("Model")
    String model = "";

    @Label("Device")
    String device = "";

    @Label("Reading")
    @Description("Configuration, headers and tokenizer")
    @Timespan
    long reading;

    @Label("Preparing")
    @Description("The device opened, kernels found, weights arranged")
    @Timespan
    long preparing;

    @Label("Warming")
    @Description("Memory planned, kernels bound, the engine started")
    @Timespan
    long warming;
}
