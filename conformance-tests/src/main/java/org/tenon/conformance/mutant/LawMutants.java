package org.tenon.conformance.mutant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.Visibility;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** The faults that laws must find: what is computed in one step hangs together with what is computed in others. */
final class LawMutants {
    private LawMutants() {}

    static List<Mutant> all() {
        return List.of(
                new Mutant(
                        "each key written one slot early",
                        "Law/prefill is decode/grouped queries/F32@",
                        Changes.reads(CacheWrite.class, "slots", each(x -> x < 0 ? x : Math.max(0, x - 1)))),
                new Mutant(
                        "positions count from the step's first row",
                        "Law/chunks are the whole/grouped queries/F32@",
                        Changes.reads(Attention.class, "positions", LawMutants::counted)),
                new Mutant(
                        "the next key seen in prefill",
                        "Law/prefill is decode/windows/F32@",
                        Changes.reads(Attention.class, "positions", each(x -> x + 1))),
                new Mutant(
                        "every row taken for the first sequence's",
                        "Law/alone is among others/grouped queries/F32@",
                        Changes.reads(Attention.class, "sequence", each(x -> Math.min(x, 0)))),
                new Mutant(
                        "other sums where there are many rows",
                        "Law/alone is among others/grouped queries/F32/batch invariant@",
                        Changes.writes(Linear.class, LawMutants::otherwiseInCrowds)),
                new Mutant(
                        "drifts from run to run",
                        "Law/twice in a row/grouped queries/F32/run to run@",
                        Changes.writes(Linear.class, new Drifting())),
                new Mutant(
                        "a state lost between steps",
                        "Law/prefill is decode/mamba/F32@",
                        Changes.reads(SelectiveScan.class, "write", each(_ -> -1))),
                new Mutant(
                        "a convolution that begins anew in each chunk",
                        "Law/chunks are the whole/mamba-2/F32@",
                        Changes.reads(CausalConv.class, "read", each(_ -> -1))),
                new Mutant(
                        "a sequence that begins with its slot's last state",
                        "Law/truncated is never gone there/mamba/F32@",
                        Changes.reads(SelectiveScan.class, "read", each(x -> Math.max(x, 0)))),
                new Mutant(
                        "every state in the first slot",
                        "Law/alone is among others/mamba-2 and attention/F32@",
                        Changes.reads(StateSpaceDual.class, "read", each(x -> Math.min(x, 0)))),
                new Mutant(
                        "the block table of the step before",
                        "Law/paged is contiguous/grouped queries/F32@",
                        Changes.remembers(Attention.class, "table", Stale::new)),
                new Mutant(
                        "the block table of the first step",
                        "Law/a fork is a copy/grouped queries/F32@",
                        Changes.remembers(Attention.class, "table", First::new)),
                new Mutant(
                        "the last block's base where tables roll",
                        "Law/rolling is contiguous/windows/F32@",
                        Changes.reads(Attention.class, "bases", each(x -> Math.max(0, x - 16)))),
                new Mutant(
                        "a window one key narrower",
                        "Law/a window that isn't full is none/windows/F32@",
                        Changes.op(Attention.class, LawMutants::narrower)),
                new Mutant(
                        "slots written once stay as they are",
                        "Law/truncated is never gone there/grouped queries/F32@",
                        Changes.remembers(CacheWrite.class, "slots", WrittenOnce::new)),
                new Mutant(
                        "an epsilon of one in the kernel alone",
                        "Law/native is decomposed/grouped queries/F32@",
                        Changes.op(RmsNorm.class, op -> new RmsNorm(1, op.type()))),
                new Mutant(
                        "every source as long as the longest",
                        "Law/alone is among others/encoder and decoder/F32@",
                        Changes.reads(Attention.class, "lengths", LawMutants::longest)),
                new Mutant(
                        "the block table of the step before, where sources come and go",
                        "Law/a source serves all steps/encoder and decoder/F32@",
                        Changes.remembers(Attention.class, "table", Stale::new)),
                new Mutant(
                        "a recorded step replayed once",
                        "Law/replayed is walked/grouped queries/F32/run to run@",
                        new ReplayedOnce()));
    }

    private static Attention narrower(Attention op) {
        return op.sees() instanceof Visibility.Window window
                ? new Attention(
                        op.scale(),
                        new Visibility.Window(window.size() - 1),
                        op.keys(),
                        op.softCap(),
                        op.relativeBias())
                : op;
    }

    private static Consumer<Elements> each(DoubleUnaryOperator change) {
        return elements -> {
            for (int row = 0; row < elements.rows(); row++) {
                for (int column = 0; column < elements.width(); column++) {
                    elements.set(row, column, change.applyAsDouble(elements.get(row, column)));
                }
            }
        };
    }

    /** A vector of 0, 1, 2, ... */
    private static void counted(Elements elements) {
        for (int i = 0; i < elements.width(); i++) {
            elements.set(0, i, i);
        }
    }

    /** The greatest of a vector in all places. */
    private static void longest(Elements elements) {
        double most = 0;
        for (int i = 0; i < elements.width(); i++) {
            most = Math.max(most, elements.get(0, i));
        }
        for (int i = 0; i < elements.width(); i++) {
            elements.set(0, i, most);
        }
    }

    /** The next number after each, where there are more rows than a few. */
    private static void otherwiseInCrowds(Elements elements) {
        if (elements.rows() > 8) {
            each(x -> Math.nextUp((float) x)).accept(elements);
        }
    }

    /** Changes what it gets by one unit more each hundred times. */
    private static final class Drifting implements Consumer<Elements> {
        private int times;

        @Override
        public void accept(Elements elements) {
            int units = times++ / 100;
            each(x -> x + units * Math.ulp((float) x)).accept(elements);
        }
    }

    /** Hands out what it got the time before, where it got any. */
    private static final class Stale implements Consumer<Elements> {
        private final Map<List<Integer>, Double> before = new HashMap<>();

        @Override
        public void accept(Elements elements) {
            for (int row = 0; row < elements.rows(); row++) {
                for (int column = 0; column < elements.width(); column++) {
                    double now = elements.get(row, column);
                    Double was = before.put(List.of(row, column), now);
                    elements.set(row, column, was == null ? now : was);
                }
            }
        }
    }

    /** Hands out what it got first, each time. */
    private static final class First implements Consumer<Elements> {
        private final Map<List<Integer>, Double> first = new HashMap<>();

        @Override
        public void accept(Elements elements) {
            for (int row = 0; row < elements.rows(); row++) {
                for (int column = 0; column < elements.width(); column++) {
                    double now = elements.get(row, column);
                    elements.set(row, column, first.computeIfAbsent(List.of(row, column), _ -> now));
                }
            }
        }
    }

    /** Skips slots that have been written before. */
    private static final class WrittenOnce implements Consumer<Elements> {
        private final Set<Double> written = new HashSet<>();

        @Override
        public void accept(Elements elements) {
            for (int i = 0; i < elements.width(); i++) {
                if (!written.add(elements.get(0, i))) {
                    elements.set(0, i, -1);
                }
            }
        }
    }

    /** Records steps as a backend with graphs does, and does nothing when one is replayed for the second time. */
    private static final class ReplayedOnce implements Change {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Backend correct, Op<I, B> op, I operands, List<Tensor> outputs) {
            return correct.find(op, operands, outputs);
        }

        @Override
        public Queue queue(Queue correct) {
            return new Recording(correct);
        }
    }

    private record Recording(Queue under) implements ForwardingQueue {
        @Override
        public Optional<Launch> record(Launch steps, StepShape shape) {
            int[] times = {0};
            return Optional.of((queue, step) -> {
                if (times[0]++ == 0) {
                    steps.run(queue, step);
                }
            });
        }
    }
}
