package org.tenon.cli.command;

import java.time.Duration;
import java.util.Locale;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Result;
import org.tenon.cli.console.JsonObject;

/** What is told of a generation beside its text. */
final class Summary {
    private static final double NANOS = 1e9;

    private Summary() {}

    /** One line: how many tokens, how fast, on what, and why it ended. */
    static String line(GenerativeModel model, Result result) {
        String speed = result.tokensPerSecond().isPresent()
                ? String.format(
                        Locale.ROOT, ", %.1f tokens/s", result.tokensPerSecond().getAsDouble())
                : "";
        int tokens = result.usage().outputTokens();
        return tokens + (tokens == 1 ? " token" : " tokens") + speed + " on " + model.device() + ", " + result.reason();
    }

    /** Durations in seconds. */
    static JsonObject timings(Result result) {
        return new JsonObject()
                .with("queued_seconds", seconds(result.timings().queued()))
                .with("prefill_seconds", seconds(result.timings().prefill()))
                .with("decode_seconds", seconds(result.timings().decode()))
                .with("tokens_per_second", result.tokensPerSecond());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
