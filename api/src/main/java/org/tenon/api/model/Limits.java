package org.tenon.api.model;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How much a model does at once. What isn't set is made to fit the model and the machine when the model is loaded;
 * {@link CausalModel#limits} tells what came of it. Immutable and thread-safe.
 */
public final class Limits {
    /** Rows of a step: enough to keep a processor's matrix units busy in prefill. */
    private static final int ROWS = 512;

    /** Small enough to leave little room unused, large enough for attention to go through a block in one go. */
    private static final int BLOCK_SIZE = 64;

    private static final int BLOCK_MULTIPLE = 16;
    private static final int QUEUE = 4096;
    private static final int BUFFER = 256;
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final OptionalInt sequences;
    private final OptionalInt context;
    private final OptionalLong cacheBytes;
    private final OptionalInt outputs;
    private final int blockSize;
    private final int rows;
    private final int queue;
    private final int buffer;
    private final Duration idle;

    private Limits(
            OptionalInt sequences,
            OptionalInt context,
            OptionalLong cacheBytes,
            OptionalInt outputs,
            int blockSize,
            int rows,
            int queue,
            int buffer,
            Duration idle) {
        this.sequences = sequences;
        this.context = context;
        this.cacheBytes = cacheBytes;
        this.outputs = outputs;
        this.blockSize = blockSize;
        this.rows = rows;
        this.queue = queue;
        this.buffer = buffer;
        this.idle = idle;
    }

    /** {@return limits that fit the machine} */
    public static Limits defaults() {
        return new Limits(
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                BLOCK_SIZE,
                ROWS,
                QUEUE,
                BUFFER,
                IDLE);
    }

    /**
     * Sets how many positions a block of the caches has. Sequences take blocks as they grow, and share those in which they are equal. A
     * block as long as the context, or longer, makes a contiguous cache: one block for each sequence, taken whole and never shared.
     *
     * @param blockSize a multiple of 16; 64 unless said otherwise
     * @return these limits with it
     */
    public Limits blockSize(int blockSize) {
        InvalidRequest.unless(
                blockSize >= BLOCK_MULTIPLE && blockSize % BLOCK_MULTIPLE == 0,
                "blockSize",
                "a multiple of " + BLOCK_MULTIPLE,
                blockSize);
        return new Limits(sequences, context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the sequences that have a cache at once. Where the caches can't hold them all at their longest, the youngest wait when room
     * runs out, and are computed again later.
     *
     * @param sequences at least one
     * @return these limits with the bound
     */
    public Limits sequences(int sequences) {
        InvalidRequest.unless(sequences >= 1, "sequences", "at least one", sequences);
        return new Limits(
                OptionalInt.of(sequences), context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the length of a sequence, prompt and output; it never exceeds what the model is made for.
     *
     * @param context at least two tokens
     * @return these limits with the bound
     */
    public Limits context(int context) {
        InvalidRequest.unless(context >= 2, "context", "at least two", context);
        return new Limits(
                sequences, OptionalInt.of(context), cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the memory of the caches.
     *
     * @param cacheBytes bytes, at least one
     * @return these limits with the bound
     */
    public Limits cacheBytes(long cacheBytes) {
        InvalidRequest.unless(cacheBytes >= 1, "cacheBytes", "at least one", cacheBytes);
        return new Limits(
                sequences, context, OptionalLong.of(cacheBytes), outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the rows of a step whose logits are wanted.
     *
     * @param outputs at least one; raised to the number of sequences, each of which may want one
     * @return these limits with the bound
     */
    public Limits outputs(int outputs) {
        InvalidRequest.unless(outputs >= 1, "outputs", "at least one", outputs);
        return new Limits(
                sequences, context, cacheBytes, OptionalInt.of(outputs), blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the rows of a step: longer prompts are computed in parts. An encoder splits no sequence, so it takes none that is longer.
     *
     * @param rows at least one; raised to the number of sequences, each of which may have one
     * @return these limits with the bound
     */
    public Limits rows(int rows) {
        InvalidRequest.unless(rows >= 1, "rows", "at least one", rows);
        return new Limits(sequences, context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the requests that wait for their first step; beyond it a request is {@link Overloaded}.
     *
     * @param queue at least one
     * @return these limits with the bound
     */
    public Limits queue(int queue) {
        InvalidRequest.unless(queue >= 1, "queue", "at least one", queue);
        return new Limits(sequences, context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds the tokens that a sequence computes ahead of its reader.
     *
     * @param buffer at least one
     * @return these limits with the bound
     */
    public Limits buffer(int buffer) {
        InvalidRequest.unless(buffer >= 1, "buffer", "at least one", buffer);
        return new Limits(sequences, context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /**
     * Bounds how long a sequence waits for a reader who has stopped reading.
     *
     * @param idle more than zero
     * @return these limits with the bound
     */
    public Limits idle(Duration idle) {
        InvalidRequest.unless(idle.isPositive(), "idle", "more than zero", idle);
        return new Limits(sequences, context, cacheBytes, outputs, blockSize, rows, queue, buffer, idle);
    }

    /** {@return the most sequences that have a cache at once} */
    public OptionalInt sequences() {
        return sequences;
    }

    /** {@return the longest sequence, prompt and output} */
    public OptionalInt context() {
        return context;
    }

    /** {@return the memory of the caches, in bytes} */
    public OptionalLong cacheBytes() {
        return cacheBytes;
    }

    /** {@return the most rows of a step whose logits are wanted} */
    public OptionalInt outputs() {
        return outputs;
    }

    /** {@return how many positions a block of the caches has} */
    public int blockSize() {
        return blockSize;
    }

    /** {@return the most rows of a step} */
    public int rows() {
        return rows;
    }

    /** {@return the most requests that wait} */
    public int queue() {
        return queue;
    }

    /** {@return the most tokens that a sequence computes ahead of its reader} */
    public int buffer() {
        return buffer;
    }

    /** {@return how long a sequence waits for its reader} */
    public Duration idle() {
        return idle;
    }

    @Override
    public String toString() {
        return "sequences " + shown(sequences) + ", context " + shown(context) + ", cacheBytes "
                + (cacheBytes.isPresent() ? cacheBytes.getAsLong() : "open") + ", outputs " + shown(outputs)
                + ", blockSize " + blockSize + ", rows " + rows
                + ", queue " + queue + ", buffer " + buffer + ", idle " + idle;
    }

    private static String shown(OptionalInt limit) {
        return limit.isPresent() ? Integer.toString(limit.getAsInt()) : "open";
    }
}
