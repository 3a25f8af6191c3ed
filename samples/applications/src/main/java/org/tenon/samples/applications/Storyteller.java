package org.tenon.samples.applications;

import static org.tenon.api.model.Sampling.sampling;

import java.io.PrintStream;
import java.nio.file.Path;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Token;
import org.tenon.models.Tenon;

/** The smallest application: a folder in, text out. */
public final class Storyteller {
    private Storyteller() {}

    /**
     * Continues a text.
     *
     * @param arguments a model's folder, and how the story begins
     */
    public static void main(String[] arguments) {
        tell(Path.of(arguments[0]), arguments[1], System.out);
    }

    static void tell(Path folder, String beginning, PrintStream out) {
        try (Tenon tenon = Tenon.open();
                CausalModel model = tenon.causal(folder);
                Generation story = model.generate(
                        beginning,
                        sampling().temperature(0.8).topP(0.95).seed(7).maxTokens(128))) {
            for (Token token : story) {
                out.print(token.text());
            }
        }
    }
}
