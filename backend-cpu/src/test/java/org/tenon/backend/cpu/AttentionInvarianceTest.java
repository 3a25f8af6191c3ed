package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;

/**
 * A row's attention has the same bits however its step is made up. Sequences are long enough for several segments; what lies at a position depends
 * on the sequence and the position alone.
 */
class AttentionInvarianceTest {
    private static final int HEADS = 6;
    private static final int KV_HEADS = 2;
    private static final int WIDTH = 40;

    /** How keys lie: sizes of blocks, and how many threads compute. */
    private record Setting(Variant variant, DType type, Attention op, int blockSize, int threads) {
        Setting withBlocks(int size) {
            return new Setting(variant, type, op, size, threads);
        }

        Setting withThreads(int count) {
            return new Setting(variant, type, op, blockSize, count);
        }
    }

    /** Some rows of a sequence: those of positions from one to another; its cache holds all up to the last. */
    private record Rows(int sequence, int from, int to) {}

    /** Causal, within a window, and with scores that are capped and biased by distance. */
    private static final List<Attention> OPS = List.of(
            new Attention(0.3, new Visibility.Causal(), Rig.KEYS),
            new Attention(0.3, new Visibility.Window(300), Rig.KEYS),
            new Attention(0.3, new Visibility.Causal(), Rig.KEYS, 0.5, true));

    static Stream<Arguments> settings() {
        List<Arguments> all = new ArrayList<>();
        for (Variant variant : Variant.all()) {
            for (DType type : List.of(DType.F32, DType.BF16)) {
                for (Attention op : OPS) {
                    all.add(Arguments.of(variant, type, op));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("settings")
    void chunksGiveTheBitsOfTheWhole(Variant variant, DType type, Attention op) {
        Setting setting = new Setting(variant, type, op, 64, 2);
        double[] whole = attend(setting, new Rows(0, 0, 70));
        for (int size : new int[] {1, 7, 32, 33}) {
            double[] chunks = IntStream.range(0, (70 + size - 1) / size)
                    .mapToObj(i -> attend(setting, new Rows(0, i * size, Math.min(70, (i + 1) * size))))
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            assertArrayEquals(whole, chunks, "in chunks of " + size);
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("settings")
    void aLongContextGivesTheSameBitsRowByRow(Variant variant, DType type, Attention op) {
        Setting setting = new Setting(variant, type, op, 256, 3);
        double[] whole = attend(setting, new Rows(0, 1000, 1030));
        double[] single = IntStream.range(1000, 1030)
                .mapToObj(row -> attend(setting, new Rows(0, row, row + 1)))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        assertArrayEquals(whole, single);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("settings")
    void neitherOtherSequencesNorBlocksNorThreadsChangeABit(Variant variant, DType type, Attention op) {
        Setting setting = new Setting(variant, type, op, 2048, 1);
        Rows decode = new Rows(0, 900, 901);
        Rows prompt = new Rows(1, 0, 20);
        Rows chunk = new Rows(2, 500, 530);
        double[] alone = Stream.of(decode, prompt, chunk)
                .flatMapToDouble(rows -> Arrays.stream(attend(setting, rows)))
                .toArray();
        for (int[] each : new int[][] {{16, 2}, {64, 1}, {256, 5}, {2048, 3}}) {
            Setting other = setting.withBlocks(each[0]).withThreads(each[1]);
            assertArrayEquals(alone, attend(other, decode, prompt, chunk), other::toString);
            assertArrayEquals(Arrays.copyOf(alone, HEADS * WIDTH), attend(other, decode), other::toString);
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("settings")
    void whatIsNoNumberStaysInItsSequence(Variant variant, DType type, Attention op) {
        Setting setting = new Setting(variant, type, op, 16, 2);
        Rows sound = new Rows(0, 600, 603);
        Rows broken = new Rows(-1, 600, 603);
        double[] alone = attend(setting, sound);
        assertArrayEquals(alone, Arrays.copyOf(attend(setting, sound, broken), alone.length));
        double[] both = attend(setting, broken, sound);
        assertArrayEquals(alone, Arrays.copyOfRange(both, alone.length, 2 * alone.length));
        assertTrue(Arrays.stream(both).limit(alone.length).allMatch(Double::isNaN));
    }

    /** The results of rows; blocks of the sequences lie mixed up, and rows of no sequence come last. */
    private static double[] attend(Setting setting, Rows... rows) {
        int size = setting.blockSize();
        int longest = Arrays.stream(rows).mapToInt(Rows::to).max().orElseThrow();
        int entries = (longest + size - 1) / size;
        int count =
                Arrays.stream(rows).mapToInt(each -> each.to() - each.from()).sum();
        int padded = count + 2;
        int[] sequence = new int[padded];
        int[] positions = new int[padded];
        double[][] queries = new double[padded][];
        int row = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int position = rows[i].from(); position < rows[i].to(); position++, row++) {
                sequence[row] = i;
                positions[row] = position;
                queries[row] = numbers(3 * rows[i].sequence(), position, HEADS);
            }
        }
        for (; row < padded; row++) {
            sequence[row] = -1;
            queries[row] = numbers(1, row, HEADS);
        }
        try (Rig rig = new Rig(setting.variant().open(setting.threads()), padded)) {
            Buffer keys = pool(rig, setting, entries, 1, rows);
            Buffer values = pool(rig, setting, entries, 2, rows);
            Attention.In<Buffer> in = new Attention.In<>(
                    rig.tensor(
                            setting.type(),
                            Rig.perRow(HEADS, WIDTH),
                            i -> queries[i / (HEADS * WIDTH)][i % (HEADS * WIDTH)]),
                    keys,
                    values,
                    rig.tensor(
                            DType.I32,
                            Shape.of(Rig.SEQUENCES.dim(), entries),
                            i -> i / entries < rows.length ? i % entries * rows.length + i / entries : -1),
                    rig.integers(Shape.of(Rig.SEQUENCES.dim()), new int[rows.length]),
                    rig.integers(
                            Shape.of(Rig.SEQUENCES.dim()),
                            Arrays.stream(rows).mapToInt(Rows::to).toArray()),
                    rig.integers(Shape.of(Rig.ROWS.dim()), sequence),
                    rig.integers(Shape.of(Rig.ROWS.dim()), positions),
                    setting.op().relativeBias()
                            ? Optional.of(rig.tensor(DType.F32, Shape.of(41, HEADS), i -> Math.sin(i * 0.9)))
                            : Optional.empty());
            Buffer out = rig.output(setting.type(), Rig.perRow(HEADS, WIDTH));
            StepShape step =
                    new StepShape(Map.of(Rig.ROWS, padded, Rig.SEQUENCES, rows.length, Rig.KEYS, Math.max(1, longest)));
            rig.run(setting.op(), in, List.of(out), step);
            return Arrays.copyOf(Rig.read(out, step), count * HEADS * WIDTH);
        }
    }

    /** The entry e of sequence s is the block e * sequences + s. */
    private static Buffer pool(Rig rig, Setting setting, int entries, int kind, Rows... rows) {
        int size = setting.blockSize();
        double[][] numbers = new double[entries * rows.length * size][];
        for (int place = 0; place < numbers.length; place++) {
            int block = place / size;
            int position = block / rows.length * size + place % size;
            Rows owner = rows[block % rows.length];
            numbers[place] = position < owner.to()
                    ? numbers(3 * owner.sequence() + kind, position, KV_HEADS)
                    : new double[KV_HEADS * WIDTH];
        }
        return rig.tensor(setting.type(), Shape.of(entries * (long) rows.length, KV_HEADS, size, WIDTH), i -> {
            int column = i % WIDTH;
            int place = i / WIDTH % size;
            int head = i / WIDTH / size % KV_HEADS;
            int block = i / WIDTH / size / KV_HEADS;
            return numbers[block * size + place][head * WIDTH + column];
        });
    }

    /** Numbers between -1 and 1; NaN for a sequence below zero. */
    private static double[] numbers(int stream, int position, int heads) {
        double[] numbers = new double[heads * WIDTH];
        Arrays.setAll(numbers, i -> stream < 0 ? Double.NaN : Math.sin(1 + stream * 7.1 + position * 1.3 + i * 0.77));
        return numbers;
    }
}
