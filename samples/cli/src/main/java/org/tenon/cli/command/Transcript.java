package org.tenon.cli.command;

import org.tenon.api.model.Generation;
import org.tenon.api.model.GenerativeModel;
import org.tenon.api.model.Result;
import org.tenon.api.model.Token;
import org.tenon.cli.console.Console;

/** A generation on a console: its text as it comes, or its ids where the model has no tokenizer. */
final class Transcript {
    private final Console console;
    private final boolean text;

    Transcript(Console console, GenerativeModel model) {
        this.console = console;
        this.text = model.tokenizer().isPresent();
    }

    /** Prints the tokens until the end, without a line break after the last one. */
    Result print(Generation generation) {
        String separator = "";
        int printed = 0;
        for (Token token : generation) {
            String piece = text ? token.text() : separator + token.id();
            separator = " ";
            printed += piece.length();
            if (!piece.isEmpty()) {
                console.print(console.style().harmless(piece));
                console.flush();
            }
        }
        Result result = generation.await();
        if (text) {
            String rest =
                    result.text().substring(Math.min(printed, result.text().length()));
            console.print(console.style().harmless(rest));
        }
        return result;
    }
}
