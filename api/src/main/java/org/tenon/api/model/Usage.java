package org.tenon.api.model;

/**
 * What a request came to.
 *
 * @param promptTokens the tokens before the output; in a session those of earlier turns included
 * @param cachedTokens how many of them needn't be computed, since an earlier turn or another request that began alike had left them in
 *     the cache
 * @param outputTokens the tokens chosen, an end token included
 */
public record Usage(int promptTokens, int cachedTokens, int outputTokens) {}
