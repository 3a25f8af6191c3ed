package org.tenon.tokenizers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tenon.api.text.Encoding;
import org.tenon.api.text.TextStream;

/**
 * What {@code compare_tokenizers.py} runs: a JSON string a line in, an object with ids, offsets, decoded text and text decoded as
 * a stream a line out.
 */
public final class TokenizeLines {
    private TokenizeLines() {}

    /**
     * Tokenizes lines.
     *
     * @param arguments the tokenizer's folder, the file with the lines, the file to write, and "special" to add special tokens
     * @throws IOException if a file can't be read or written
     */
    public static void main(String[] arguments) throws IOException {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(Path.of(arguments[0]));
        boolean special = arguments.length > 3 && arguments[3].equals("special");
        JsonFactory json = new JsonFactory();
        long characters = 0;
        long nanos = 0;
        try (JsonParser in = json.createParser(Path.of(arguments[1]).toFile());
                JsonGenerator out =
                        json.createGenerator(Files.newBufferedWriter(Path.of(arguments[2]), StandardCharsets.UTF_8))) {
            out.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
            while (in.nextToken() != null) {
                String text = in.getText();
                long start = System.nanoTime();
                Encoding encoding = tokenizer.encode(text, special);
                nanos += System.nanoTime() - start;
                characters += text.length();
                write(out, tokenizer, encoding);
            }
        }
        System.out.printf("%.2f million characters a second%n", characters * 1e3 / nanos);
    }

    private static void write(JsonGenerator out, HuggingFaceTokenizer tokenizer, Encoding encoding) throws IOException {
        out.writeStartObject();
        out.writeFieldName("ids");
        out.writeArray(encoding.ids(), 0, encoding.size());
        out.writeArrayFieldStart("offsets");
        for (int i = 0; i < encoding.size(); i++) {
            out.writeNumber(encoding.start(i));
            out.writeNumber(encoding.end(i));
        }
        out.writeEndArray();
        out.writeStringField("text", tokenizer.decode(encoding.ids(), true));
        out.writeStringField("plain", tokenizer.decode(encoding.ids(), false));
        TextStream stream = tokenizer.stream(true);
        StringBuilder streamed = new StringBuilder();
        for (int id : encoding.ids()) {
            streamed.append(stream.append(id));
        }
        out.writeStringField("streamed", streamed.append(stream.finish()).toString());
        out.writeEndObject();
    }
}
