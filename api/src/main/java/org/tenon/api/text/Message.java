package org.tenon.api.text;

import java.util.Objects;

/**
 * One turn of a conversation, as a {@link ChatTemplate} sees it.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, or what else the template knows
 * @param content what was said
 */
public record Message(String role, String content) {

    /** Checks that both parts are there. */
    public Message {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
    }

    /**
     * A message of the user.
     *
     * @param content what was said
     * @return the message with role {@code user}
     */
    public static Message user(String content) {
        return new Message("user", content);
    }

    /**
     * A message of the model.
     *
     * @param content what was said
     * @return the message with role {@code assistant}
     */
    public static Message assistant(String content) {
        return new Message("assistant", content);
    }

    /**
     * The instructions that stand before a conversation.
     *
     * @param content the instructions
     * @return the message with role {@code system}
     */
    public static Message system(String content) {
        return new Message("system", content);
    }
}
