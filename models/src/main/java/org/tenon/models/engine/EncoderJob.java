package org.tenon.models.engine;

import java.util.concurrent.CompletableFuture;
import org.tenon.api.model.Encoded;

/**
 * A sequence that waits for an encoder. The arrays are nobody else's.
 *
 * @param ids {@code [n]}
 * @param types {@code [n]}
 * @param wants {@code [heads]}: whether a head's outputs are wanted
 * @param result receives what came of it; one that is done already is no longer wanted
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record EncoderJob(int[] ids, int[] types, boolean[] wants, CompletableFuture<Encoded> result) {}
