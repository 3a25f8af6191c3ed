package org.tenon.models.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tenon.api.backend.WeightSource;

/**
 * What the reference implementation computed from a checkpoint: {@code reference.safetensors} beside it, of the format
 * {@code tenon-reference-1}. Its tensors are called {@code case.c.field}, with cases {@code c} counted from 0.
 *
 * <p>Thread-safe.
 */
public final class ReferenceFile implements AutoCloseable {
    /** The file's name in a checkpoint's folder. */
    public static final String NAME = "reference.safetensors";

    private static final String FORMAT = "tenon-reference-1";
    private static final Pattern TENSOR = Pattern.compile("case\\.(\\d{1,6})\\.(\\w+)");
    private static final Set<String> FIELDS = Set.of(
            "input_ids",
            "token_type_ids",
            "logits",
            "last_hidden_state",
            "pooler_output",
            "decoder_input_ids",
            "encoder_last_hidden_state",
            "generated_ids",
            "generated_margin",
            "beam_ids");
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Safetensors file;
    private final List<Case> cases;

    private ReferenceFile(Safetensors file) {
        this.file = file;
        if (!FORMAT.equals(file.metadata().get("format"))) {
            throw wrong("isn't a reference: its metadata must say format: " + FORMAT + ", but is " + file.metadata());
        }
        Set<Integer> numbers = new TreeSet<>();
        for (String name : file.tensors().keySet()) {
            Matcher matcher = TENSOR.matcher(name);
            if (!matcher.matches() || !FIELDS.contains(matcher.group(2))) {
                throw wrong(name, "isn't part of the format " + FORMAT);
            }
            numbers.add(Integer.valueOf(matcher.group(1)));
        }
        List<Case> found = new ArrayList<>();
        for (int number : numbers) {
            if (number != found.size()) {
                throw wrong("has a case " + number + ", but no case " + found.size());
            }
            found.add(new Case(number));
        }
        if (found.isEmpty()) {
            throw wrong("holds no case: there is nothing to compare with");
        }
        this.cases = List.copyOf(found);
    }

    /**
     * Opens the reference of a checkpoint.
     *
     * @param folder the checkpoint's folder
     * @return the open file
     * @throws InvalidCheckpoint when there is none, or when it isn't what it should be
     */
    public static ReferenceFile in(Path folder) {
        Path path = folder.resolve(NAME);
        if (!Files.exists(path)) {
            throw new InvalidCheckpoint(
                    path,
                    "doesn't exist: there is nothing to verify against. Write it with the reference implementation, "
                            + "or verify a checkpoint that has one");
        }
        Safetensors file = Safetensors.open(path, Access.COPIED);
        boolean done = false;
        try {
            ReferenceFile reference = new ReferenceFile(file);
            done = true;
            return reference;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** {@return the version of Transformers that computed it, or an empty text} */
    public String transformersVersion() {
        return file.metadata().getOrDefault("transformers", "");
    }

    /** {@return the class of Transformers that computed it, or an empty text} */
    public String architecture() {
        return file.metadata().getOrDefault("architecture", "");
    }

    /** {@return the kind of model: {@code causal}, {@code seq2seq}, {@code encoder}, {@code masked} or {@code classifier}} */
    public String autoClass() {
        return file.metadata().getOrDefault("auto_class", "");
    }

    /** {@return the cases, at least one} */
    public List<Case> cases() {
        return cases;
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return file.file() + ": " + cases.size() + " cases";
    }

    /** One input with what the reference made of it. */
    public final class Case {
        private final int number;
        private final int[] inputIds;
        private final int[] generatedIds;
        private final float[] margins;
        private final Optional<Rows> logits;
        private final int[] decoderInputIds;
        private final int[] tokenTypeIds;
        private final Optional<Rows> lastHiddenState;
        private final Optional<Rows> poolerOutput;

        private Case(int number) {
            this.number = number;
            this.inputIds = ids("input_ids");
            if (inputIds.length == 0) {
                throw wrong(name("input_ids"), "must hold at least one id");
            }
            this.generatedIds = ids("generated_ids");
            this.decoderInputIds = ids("decoder_input_ids");
            if (autoClass().equals("seq2seq") && decoderInputIds.length == 0) {
                throw wrong(name("decoder_input_ids"), "must hold at least one id: the decoder's start token");
            }
            this.logits = has("logits") ? Optional.of(rows()) : Optional.empty();
            this.tokenTypeIds = has("token_type_ids") ? ids("token_type_ids") : new int[inputIds.length];
            if (tokenTypeIds.length != inputIds.length) {
                throw wrong(
                        name("token_type_ids"),
                        "must have as many elements as input_ids, " + inputIds.length + ", but has "
                                + tokenTypeIds.length);
            }
            this.lastHiddenState = rows("last_hidden_state", inputIds.length);
            this.poolerOutput = rows("pooler_output", 1);
            this.margins = has("generated_margin") ? vector() : new float[0];
            if (margins.length != 0 && margins.length != generatedIds.length) {
                throw wrong(
                        name("generated_margin"),
                        "must have as many elements as generated_ids, " + generatedIds.length + ", but has "
                                + margins.length);
            }
        }

        /** {@return which case it is, counted from 0} */
        public int number() {
            return number;
        }

        /** {@return the ids that the model was given, a fresh array [n]} */
        public int[] inputIds() {
            return inputIds.clone();
        }

        /** {@return the ids that the decoder was given, its start token first, a fresh array [m]; empty where there is no decoder} */
        public int[] decoderInputIds() {
            return decoderInputIds.clone();
        }

        /** {@return the logits of each row, [n, vocab]; of a classifier one row; nothing where the model has no head} */
        public Optional<Rows> logits() {
            return logits;
        }

        /** {@return the types of the tokens, a fresh array [n]; zeros where the file doesn't say} */
        public int[] tokenTypeIds() {
            return tokenTypeIds.clone();
        }

        /** {@return the last hidden states, [n, hidden]; nothing where the file doesn't say} */
        public Optional<Rows> lastHiddenState() {
            return lastHiddenState;
        }

        /** {@return what the pooler gives, [1, hidden]; nothing where there is none} */
        public Optional<Rows> poolerOutput() {
            return poolerOutput;
        }

        /** {@return the ids that followed greedily, a fresh array [g]; empty when there are none} */
        public int[] generatedIds() {
            return generatedIds.clone();
        }

        /**
         * How sure the reference was.
         *
         * @return its best logit minus its second best at each generated token, a fresh array [g]; nothing when it doesn't say
         */
        public Optional<float[]> generatedMargins() {
            return margins.length == 0 ? Optional.empty() : Optional.of(margins.clone());
        }

        private String name(String field) {
            return "case." + number + "." + field;
        }

        private boolean has(String field) {
            return file.tensors().containsKey(name(field));
        }

        private int[] ids(String field) {
            if (!has(field) && !field.equals("input_ids")) {
                return new int[0];
            }
            WeightSource source = source(field, SafetensorsType.I64);
            long count = source.shape().elements();
            if (source.shape().rank() != 1) {
                throw wrong(name(field), "must have one dimension, but has the shape " + source.shape());
            }
            int[] ids = new int[(int) count];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment bytes = arena.allocate(Math.multiplyExact(count, Long.BYTES), Long.BYTES);
                source.read(0, source.rows(), bytes);
                for (int i = 0; i < ids.length; i++) {
                    long id = bytes.get(LONG, (long) i * Long.BYTES);
                    if (id < 0 || id > Integer.MAX_VALUE) {
                        throw wrong(name(field), "holds " + id + ", which is no token's id");
                    }
                    ids[i] = (int) id;
                }
            }
            return ids;
        }

        private float[] vector() {
            Rows rows = new Rows(source("generated_margin", SafetensorsType.F32));
            return rows.count() == 0 ? new float[0] : rows.row(0);
        }

        private Optional<Rows> rows(String field, int count) {
            if (!has(field)) {
                return Optional.empty();
            }
            Rows rows = new Rows(source(field, SafetensorsType.F32));
            if (rows.count() != count) {
                throw wrong(
                        name(field),
                        "must have rows for " + count + " tokens, but has the shape " + rows.source.shape());
            }
            return Optional.of(rows);
        }

        private Rows rows() {
            Rows rows = new Rows(source("logits", SafetensorsType.F32));
            boolean decoded = autoClass().equals("seq2seq");
            boolean perToken =
                    decoded || autoClass().equals("causal") || autoClass().equals("masked");
            int tokens = decoded ? decoderInputIds.length : inputIds.length;
            if (perToken && rows.count() != tokens) {
                throw wrong(
                        name("logits"),
                        "must have a row for each of the " + tokens + (decoded ? " decoder_input_ids" : " input_ids")
                                + ", but has the shape " + rows.source.shape());
            }
            return rows;
        }

        private WeightSource source(String field, SafetensorsType type) {
            StoredTensor stored = file.tensors().get(name(field));
            if (stored == null) {
                throw wrong(name(field), "is missing");
            }
            if (stored.type() != type) {
                throw wrong(name(field), "must be of type " + type + ", but is of type " + stored.type());
            }
            if (stored.sizes().stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
                throw wrong(name(field), "is larger than anything that can be compared: " + stored.sizes());
            }
            return file.tensor(stored.name());
        }
    }

    /** Rows of numbers, read one at a time. */
    public static final class Rows {
        private final WeightSource source;

        private Rows(WeightSource source) {
            this.source = source;
        }

        /** {@return how many rows there are} */
        public int count() {
            return Math.toIntExact(source.rows());
        }

        /** {@return how many numbers a row has} */
        public int width() {
            return Math.toIntExact(source.shape().width());
        }

        /**
         * Reads a row.
         *
         * @param index which, from 0
         * @return its numbers, a fresh array [width]
         */
        public float[] row(int index) {
            float[] row = new float[width()];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment bytes = arena.allocate(source.rowBytes(), Long.BYTES);
                source.read(index, 1, bytes);
                source.type().codec().decode(bytes, 0, row, 0, row.length);
            }
            return row;
        }
    }

    private InvalidCheckpoint wrong(String problem) {
        return new InvalidCheckpoint(file.file(), problem);
    }

    private InvalidCheckpoint wrong(String tensor, String problem) {
        return new InvalidCheckpoint(file.file(), tensor, problem);
    }
}
