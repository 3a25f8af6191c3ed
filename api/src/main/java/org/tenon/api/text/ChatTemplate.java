package org.tenon.api.text;

import java.util.List;
import java.util.Map;

/**
 * Turns a conversation into the prompt that a model was trained on. Immutable and safe for use by many threads. A template
 * comes with a checkpoint and is untrusted: rendering is bounded in time and size and reaches nothing but its arguments.
 */
public interface ChatTemplate {

    /**
     * The prompt for a conversation. The special tokens that the model expects are in the text, so that it is to be encoded
     * without adding any.
     *
     * @param messages the turns, oldest first
     * @param generationPrompt whether the text ends with the opening of the model's next turn
     * @param variables further variables of the template, such as {@code enable_thinking}: strings, numbers, booleans, and
     *     lists and maps of these
     * @return the prompt
     * @throws org.tenon.api.TenonException if the template refuses the conversation or can't be rendered; the message says
     *     why
     */
    String render(List<Message> messages, boolean generationPrompt, Map<String, Object> variables);

    /**
     * The prompt for a conversation, without further variables.
     *
     * @param messages the turns, oldest first
     * @param generationPrompt whether the text ends with the opening of the model's next turn
     * @return the prompt
     * @throws org.tenon.api.TenonException if the template refuses the conversation or can't be rendered
     */
    default String render(List<Message> messages, boolean generationPrompt) {
        return render(messages, generationPrompt, Map.of());
    }
}
