package org.tenon.api.model;

/**
 * Why a sequence ended. The set is open.
 *
 * @param name the reason's name, in lower case with hyphens
 */
public record FinishReason(String name) {
    /** The model chose one of its end tokens. */
    public static final FinishReason END_TOKEN = new FinishReason("end-token");

    /** The model chose one of the tokens that the request named. */
    public static final FinishReason STOP_TOKEN = new FinishReason("stop-token");

    /** The text came to one of the request's stop strings. */
    public static final FinishReason STOP_STRING = new FinishReason("stop-string");

    /** As many tokens as the request asked for. */
    public static final FinishReason MAX_TOKENS = new FinishReason("max-tokens");

    /** Prompt and output fill the context. */
    public static final FinishReason CONTEXT_FULL = new FinishReason("context-full");

    /** The caller cancelled, closed, or lost its handle. */
    public static final FinishReason CANCELLED = new FinishReason("cancelled");

    /** The request's time was over. */
    public static final FinishReason DEADLINE = new FinishReason("deadline");

    /** Nobody read the tokens for longer than {@link Limits#idle}. */
    public static final FinishReason NOT_READ = new FinishReason("not-read");

    /** The model was closed. */
    public static final FinishReason MODEL_CLOSED = new FinishReason("model-closed");

    /** Something threw: the request ends with {@link GenerationFailed}. */
    public static final FinishReason FAILED = new FinishReason("failed");

    @Override
    public String toString() {
        return name;
    }
}
