package org.tenon.cli.command;

import org.tenon.api.TenonException;
import org.tenon.api.model.Model;

/** What is said where a model can't take a text. */
final class NoTokenizer {
    private NoTokenizer() {}

    /** Why it can't, and what to do instead. */
    static TenonException of(Model model, String instead) {
        return new TenonException(model.unreadTokenizer()
                        .map(reason ->
                                "the model's tokenizer isn't supported, so it can't read a text (" + reason + ")")
                        .orElse("the model has no tokenizer (tokenizer.json), so it can't read a text")
                + "; " + instead);
    }
}
