package org.tenon.tokenizers.chat;

import org.tenon.api.TenonException;

/** A chat template that can't be read or rendered, or that refuses a conversation. */
final class TemplateException extends TenonException {
    private static final long serialVersionUID = 1L;

    TemplateException(String message) {
        super(message);
    }
}
