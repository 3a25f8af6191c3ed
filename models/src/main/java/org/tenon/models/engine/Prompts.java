package org.tenon.models.engine;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.tenon.api.model.InvalidRequest;
import org.tenon.api.model.Sampling;
import org.tenon.api.text.ChatTemplate;
import org.tenon.api.text.Message;

/** Turns prompts into ids, and refuses requests that can't be. Immutable and thread-safe. */
final class Prompts {
    private final FoundTokenizer tokenizer;
    private final int vocabulary;
    private final int context;
    private final int longestSource;

    /** Prompts of a model without a source. */
    Prompts(FoundTokenizer tokenizer, int vocabulary, int context) {
        this(tokenizer, vocabulary, context, 0);
    }

    /** A source may have so many ids; none where there is no encoder. */
    Prompts(FoundTokenizer tokenizer, int vocabulary, int context, int longestSource) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.context = context;
        this.longestSource = longestSource;
    }

    /** The ids of a text; {@code first} adds those with which a text begins. */
    int[] text(String text, boolean first) {
        return tokenizer
                .neededBy("a text", "a folder with a tokenizer.json, or ", "ids instead of the text")
                .ids(text, first);
    }

    /** The ids of a conversation, up to where the model's answer begins. */
    int[] chat(List<Message> messages, Map<String, Object> variables) {
        if (messages.isEmpty()) {
            throw new InvalidRequest("a conversation needs at least one message");
        }
        ChatTemplate template = tokenizer
                .neededBy("a conversation", "a folder with a tokenizer.json, or ", "a prompt of ids")
                .chatTemplate()
                .orElseThrow(
                        () -> new InvalidRequest(
                                "a conversation needs a chat template, and the model has none; give a "
                                        + "folder with a chat_template.jinja or a tokenizer_config.json that holds one, or a prompt of text"));
        return text(template.render(messages, true, variables), false);
    }

    /** Throws unless a sequence can begin with these ids and go on. */
    void check(int[] prompt) {
        if (prompt.length == 0) {
            throw new InvalidRequest("the prompt must have at least one token, but is empty; give a text, or ids");
        }
        if (prompt.length >= context) {
            throw new InvalidRequest("the prompt must leave room in the context of " + context + " tokens, but has "
                    + prompt.length + "; shorten it"
                    + ", or load the model with a larger limit for the context where it is made for one");
        }
        checkIds(prompt);
    }

    /** Throws unless an encoder can compute these ids, all in one step; without an encoder, unless there are none. */
    void checkSource(int[] source) {
        if (longestSource == 0 && source.length > 0) {
            throw new InvalidRequest("the model has no encoder and takes no source; give a prompt");
        }
        if (longestSource > 0 && source.length == 0) {
            throw new InvalidRequest("the source must have at least one token, but is empty; give a text, or ids");
        }
        if (source.length > longestSource) {
            throw new InvalidRequest("the source must fit in a step of " + longestSource + " rows, but has "
                    + source.length + " tokens; shorten it, or load the model with a higher limit for rows");
        }
        checkIds(source);
    }

    /** Throws unless so many ids have room in the context. */
    void checkLength(int[] ids) {
        if (ids.length > context) {
            throw new InvalidRequest(
                    "a sequence must fit in the context of " + context + " tokens, but has " + ids.length);
        }
    }

    /** Throws unless all ids exist. */
    void checkIds(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new InvalidRequest(
                        "token " + i + " must be an id from 0 to " + (vocabulary - 1) + ", but is " + ids[i]);
            }
        }
    }

    /** Throws unless a model without more than this can do what the settings ask for. */
    void check(Sampling sampling) {
        if (!sampling.stopStrings().isEmpty()) {
            tokenizer.neededBy("a stop string", "", "the ids of tokens to stop at");
        }
        checkIds("logitBias must be by", sampling.logitBias().keySet());
        checkIds("forcedFirst must be", sampling.forcedFirst());
        checkIds("forcedLast must be", sampling.forcedLast());
    }

    private void checkIds(String what, Collection<Integer> ids) {
        for (int id : ids) {
            if (id >= vocabulary) {
                throw new InvalidRequest(what + " ids from 0 to " + (vocabulary - 1) + ", but names " + id);
            }
        }
    }
}
