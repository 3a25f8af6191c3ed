package org.tenon.api.model;

/**
 * What a sequence takes of a model's caches.
 *
 * @param perSequence the states of its recurrent layers, however long it is
 * @param perToken the keys and values that each of its tokens adds, as long as no window of theirs is full
 */
public record CacheBytes(long perSequence, long perToken) {}
