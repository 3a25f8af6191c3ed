package org.tenon.samples.applications;

import static org.tenon.api.model.Sampling.sampling;

import java.nio.file.Path;
import java.util.List;
import org.tenon.api.model.BeamSearch;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.Hypothesis;
import org.tenon.api.model.Pooling;
import org.tenon.api.model.Request;
import org.tenon.api.model.Seq2SeqModel;
import org.tenon.models.Tenon;

/** What encoders are for: with a decoder another text of a text, alone a vector of a text. */
public final class Encoders {
    private Encoders() {}

    /**
     * Searches for the best outputs of an encoder with a decoder.
     *
     * @param folder the model's folder
     * @param ids the source
     * @return the best two, the better one first
     */
    public static List<Hypothesis> rewrite(Path folder, int... ids) {
        try (Tenon tenon = Tenon.open();
                Seq2SeqModel model = tenon.seq2seq(folder)) {
            Request request = Request.ids(ids).sampling(sampling().maxTokens(64));
            BeamSearch search = BeamSearch.of(4).lengthPenalty(0.6).returned(2);
            return model.search(request, search).join();
        }
    }

    /**
     * Makes a vector of each input.
     *
     * @param folder the folder of an encoder
     * @param inputs texts or ids
     * @return for each the mean of its last hidden states, of the length 1: the product of two is their cosine
     */
    public static List<float[]> vectors(Path folder, List<EncoderInput> inputs) {
        try (Tenon tenon = Tenon.open();
                EncoderModel encoder = tenon.encoder(folder)) {
            return encoder.embed(inputs, Pooling.MEAN.unit());
        }
    }
}
