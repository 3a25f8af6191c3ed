package org.tenon.api.backend;

/**
 * How much memory a device has.
 *
 * @param total what models may use, container limits included, in bytes
 * @param available what of it is free now, in bytes
 */
public record MemoryLimits(long total, long available) {}
