package org.tenon.api.model;

import java.util.Arrays;
import java.util.List;
import org.tenon.api.text.Message;

/** Where a session stands: its ids and, where it holds a conversation, what was said. Immutable and thread-safe. */
public final class Snapshot {
    private final int[] ids;
    private final List<Message> messages;

    private Snapshot(int[] ids, List<Message> messages) {
        this.ids = ids.clone();
        this.messages = List.copyOf(messages);
    }

    /**
     * A state.
     *
     * @param ids the ids of the sequence; copied
     * @param messages the conversation, the model's answers included; empty for text and ids
     * @return the state
     */
    public static Snapshot of(int[] ids, List<Message> messages) {
        return new Snapshot(ids, messages);
    }

    /** {@return the ids of the sequence, a new array} */
    public int[] ids() {
        return ids.clone();
    }

    /** {@return what was said, the oldest first; empty for text and ids} */
    public List<Message> messages() {
        return messages;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Snapshot state && Arrays.equals(state.ids, ids) && state.messages.equals(messages);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + messages.hashCode();
    }

    @Override
    public String toString() {
        return ids.length + " ids, " + messages.size() + " messages";
    }
}
