package org.tenon.api.backend;

import java.util.List;

/**
 * A device that a backend can use.
 *
 * @param id what users choose it by, unique within the backend, such as {@code 0}
 * @param description the maker's name for it and what it has
 * @param memoryBytes the memory that models may use, container limits included
 * @param tiers the groups of kernels that the backend can have on it, the fastest first, present or not
 */
public record Device(String id, String description, long memoryBytes, List<Tier> tiers) {
    /**
     * Copies the list.
     *
     * @param id what users choose it by
     * @param description what it is
     * @param memoryBytes the memory that models may use
     * @param tiers its groups of kernels
     */
    public Device {
        tiers = List.copyOf(tiers);
    }

    /**
     * A group of kernels that comes from one place, such as a native library.
     *
     * @param name the group's name
     * @param presence where it comes from, or why it is missing
     */
    public record Tier(String name, Presence presence) {}
}
