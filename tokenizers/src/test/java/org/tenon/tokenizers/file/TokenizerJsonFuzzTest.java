package org.tenon.tokenizers.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tenon.api.TenonException;
import org.tenon.tokenizers.HuggingFaceTokenizer;

class TokenizerJsonFuzzTest {

    /** Whatever the file holds, it is read or refused, and what is read encodes and decodes. */
    @FuzzTest(maxExecutions = 20_000, maxDuration = "10s")
    void anyFileIsReadOrRefused(byte[] json) throws IOException {
        Path folder = Files.createTempDirectory("fuzz");
        Path file = folder.resolve("tokenizer.json");
        try {
            Files.write(file, json);
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder);
            tokenizer.decode(tokenizer.ids("a b\u00e9 \ud83d\ude00 12", true), true);
        } catch (TenonException e) {
            // a file that is refused
        } finally {
            Files.delete(file);
            Files.delete(folder);
        }
    }
}
