package org.tenon.samples.applications;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/** Writes a checkpoint in the spelling of the Acme family, by hand, as a stranger's program would. */
final class AcmeCheckpoint {
    private AcmeCheckpoint() {}

    static void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "acme-lm", "d_model": 32, "n_vocab": 50, "n_ctx": 64, "n_layer": 2, "n_head": 4, "d_ff": 48}
                """);
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("wte", new int[] {50, 32});
        for (int i = 0; i < 2; i++) {
            for (String name : new String[] {"q", "k", "v", "o"}) {
                shapes.put("h." + i + ".attn." + name, new int[] {32, 32});
            }
            shapes.put("h." + i + ".mlp.gate", new int[] {48, 32});
            shapes.put("h." + i + ".mlp.up", new int[] {48, 32});
            shapes.put("h." + i + ".mlp.down", new int[] {32, 48});
            shapes.put("h." + i + ".ln1", new int[] {32});
            shapes.put("h." + i + ".ln2", new int[] {32});
        }
        shapes.put("ln_f", new int[] {32});
        StringJoiner header = new StringJoiner(", ", "{", "}");
        int bytes = 0;
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            int[] shape = entry.getValue();
            int size = 4 * shape[0] * (shape.length > 1 ? shape[1] : 1);
            String dims = shape.length > 1 ? shape[0] + ", " + shape[1] : "" + shape[0];
            header.add("\"%s\": {\"dtype\": \"F32\", \"shape\": [%s], \"data_offsets\": [%d, %d]}"
                    .formatted(entry.getKey(), dims, bytes, bytes + size));
            bytes += size;
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        SplittableRandom random = new SplittableRandom(1);
        while (file.hasRemaining()) {
            file.putFloat((float) random.nextGaussian(0, 0.1));
        }
        Files.write(folder.resolve("model.safetensors"), file.array());
    }
}
