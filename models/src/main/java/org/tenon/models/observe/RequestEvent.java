package org.tenon.models.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A request that has ended, written at its end. */
@Name("org.tenon.Request")
@Label("Request")
@Category("Tenon")
@Description("A request that has ended")
@StackTrace(false)
final class RequestEvent extends Event {
    @Label("Model")
    String model = "";

    @Label("Queued")
    @Description("From the request to its first step")
    @Timespan
    long queued;

    @Label("Prefill")
    @Description("From the first step to the first token")
    @Timespan
    long prefill;

    @Label("Decode")
    @Description("From the first token to the end")
    @Timespan
    long decode;

    @Label("Prompt Tokens")
    int promptTokens;

    @Label("Cached Tokens")
    @Description("Tokens of the prompt that were in the cache already")
    int cachedTokens;

    @Label("Output Tokens")
    int outputTokens;

    @Label("Reason")
    @Description("Why it ended")
    String reason = "";
}
