package org.tenon.api.backend;

/**
 * Whether a backend can be there at all.
 *
 * @param available whether it can
 * @param detail where it is, or why it isn't there and what to install
 */
public record Presence(boolean available, String detail) {
    /**
     * It is there.
     *
     * @param where the library's path, or another word on where it comes from
     * @return the presence
     */
    public static Presence at(Object where) {
        return new Presence(true, where.toString());
    }

    /**
     * It isn't there.
     *
     * @param reason why not, and what to install
     * @return the absence
     */
    public static Presence absent(String reason) {
        return new Presence(false, reason);
    }
}
