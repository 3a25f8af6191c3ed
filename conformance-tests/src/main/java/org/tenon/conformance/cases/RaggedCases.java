package org.tenon.conformance.cases;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.cases.AttentionCases.Heads;
import org.tenon.conformance.cases.AttentionCases.Scores;
import org.tenon.conformance.cases.AttentionCases.Sequence;
import org.tenon.conformance.cases.AttentionCases.Step;

/**
 * Attention over batches that are drawn by chance, the same ones each time: sequences that are decoded beside others whose prompt is read
 * whole, or in chunks, with tables that begin late, in blocks of any size.
 */
final class RaggedCases implements CaseSource {
    private static final int BATCHES = 60;
    private static final int LONGEST = 60;
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16);
    private static final List<Integer> BLOCKS = List.of(1, 2, 5, 16, 32, 64, 128);
    private static final List<Heads> HEADS = List.of(
            new Heads(2, 1, 16, 16),
            new Heads(8, 2, 32, 32),
            new Heads(5, 5, 7, 7),
            new Heads(6, 3, 20, 12),
            new Heads(3, 1, 33, 33));

    @Override
    public Stream<Case> cases() {
        return IntStream.range(0, BATCHES).boxed().flatMap(i -> {
            SplittableRandom random = new SplittableRandom(i);
            Heads heads = HEADS.get(i % HEADS.size());
            Step step = step(i, random);
            Visibility window = new Visibility.Window(random.nextInt(1, LONGEST));
            return FLOATS.stream()
                    .flatMap(type -> Stream.of(Lie.values())
                            .flatMap(lie -> Stream.of(new Visibility.Causal(), window)
                                    .map(sees ->
                                            AttentionCases.attention(step, heads, sees, type, lie, Scores.PLAIN))));
        });
    }

    private static Step step(int number, SplittableRandom random) {
        int blockSize = BLOCKS.get(random.nextInt(BLOCKS.size()));
        Sequence[] sequences = IntStream.range(0, random.nextInt(1, 6))
                .mapToObj(_ -> {
                    int base = random.nextInt(4) == 0 ? random.nextInt(1, 5) * 64 : 0;
                    int keys = random.nextInt(1, LONGEST);
                    int rows = random.nextBoolean() ? 1 : random.nextInt(0, keys + 1);
                    return new Sequence(base, base + keys, rows);
                })
                .toArray(Sequence[]::new);
        return AttentionCases.step("batch " + number, blockSize, random.nextInt(3), sequences);
    }
}
