package org.tenon.tokenizers.file;

import java.util.List;
import java.util.Map;
import org.tenon.tokenizers.added.AddedToken;
import org.tenon.tokenizers.added.AddedTokens;
import org.tenon.tokenizers.bpe.BytePairModel;
import org.tenon.tokenizers.normalize.Normalizer;
import org.tenon.tokenizers.pipeline.PostProcessor;
import org.tenon.tokenizers.pipeline.TokenBytes;
import org.tenon.tokenizers.split.PreTokenizer;

/**
 * What a {@code tokenizer.json} says.
 *
 * @param model what encodes pieces
 * @param normalizer what changes a text first
 * @param preTokenizer what cuts it
 * @param postProcessor what is done with its tokens
 * @param decoding how tokens become text
 * @param added the added tokens
 * @param rawTokens the search for those that are found in the text as it is
 * @param normalizedTokens the search for those that are found in the normalised text
 * @param spellings how added tokens are spelt when decoding, where normalising changes them
 */
public record TokenizerParts(
        BytePairModel model,
        Normalizer normalizer,
        PreTokenizer preTokenizer,
        PostProcessor postProcessor,
        TokenBytes.Decoding decoding,
        List<AddedToken> added,
        AddedTokens rawTokens,
        AddedTokens normalizedTokens,
        Map<Integer, String> spellings) {}
