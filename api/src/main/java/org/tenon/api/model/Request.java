package org.tenon.api.model;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tenon.api.text.Message;

/** What a model is asked for: a prompt, and how to go on from it. Immutable and thread-safe. */
public final class Request {
    private final Prompt prompt;
    private final Sampling sampling;
    private final Optional<Duration> timeout;

    /** What a sequence begins with. */
    public sealed interface Prompt {}

    /**
     * A text. The model's tokenizer adds the tokens with which a text begins; in a session, to the first turn alone.
     *
     * @param text any text
     */
    public record Text(String text) implements Prompt {}

    /** Token ids, taken as they are. */
    public static final class Ids implements Prompt {
        private final int[] ids;

        private Ids(int[] ids) {
            this.ids = ids.clone();
        }

        /** {@return the ids, a new array} */
        public int[] toArray() {
            return ids.clone();
        }
    }

    /**
     * A conversation, turned into a prompt by the model's chat template. In a session, what was said since the last turn.
     *
     * @param messages the turns, oldest first
     * @param variables further variables of the template
     */
    public record Chat(List<Message> messages, Map<String, Object> variables) implements Prompt {
        /**
         * Copies the collections.
         *
         * @param messages the turns
         * @param variables further variables of the template
         */
        public Chat {
            messages = List.copyOf(messages);
            variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        }
    }

    private Request(Prompt prompt, Sampling sampling, Optional<Duration> timeout) {
        this.prompt = prompt;
        this.sampling = sampling;
        this.timeout = timeout;
    }

    /**
     * Goes on from a prompt.
     *
     * @param prompt the prompt
     * @return the request
     */
    public static Request of(Prompt prompt) {
        return new Request(prompt, Sampling.sampling(), Optional.empty());
    }

    /**
     * Goes on from a text.
     *
     * @param text the prompt
     * @return the request
     */
    public static Request text(String text) {
        return of(new Text(text));
    }

    /**
     * Goes on from token ids.
     *
     * @param ids the prompt, at least one id; copied
     * @return the request
     */
    public static Request ids(int... ids) {
        return of(new Ids(ids));
    }

    /**
     * Answers in a conversation.
     *
     * @param messages the turns, oldest first
     * @return the request
     */
    public static Request chat(Message... messages) {
        return chat(List.of(messages));
    }

    /**
     * Answers in a conversation.
     *
     * @param messages the turns, oldest first
     * @return the request
     */
    public static Request chat(List<Message> messages) {
        return of(new Chat(messages, Map.of()));
    }

    /**
     * Sets how tokens are chosen.
     *
     * @param sampling how
     * @return this request with it
     */
    public Request sampling(Sampling sampling) {
        return new Request(prompt, sampling, timeout);
    }

    /**
     * Sets how long it may take. Over time the sequence ends with {@link FinishReason#DEADLINE} and what it has.
     *
     * @param timeout the time from the request on, more than zero
     * @return this request with it
     */
    public Request timeout(Duration timeout) {
        InvalidRequest.unless(timeout.isPositive(), "timeout", "more than zero", timeout);
        return new Request(prompt, sampling, Optional.of(timeout));
    }

    /** {@return what the sequence begins with} */
    public Prompt prompt() {
        return prompt;
    }

    /** {@return how tokens are chosen} */
    public Sampling sampling() {
        return sampling;
    }

    /** {@return how long it may take} */
    public Optional<Duration> timeout() {
        return timeout;
    }
}
