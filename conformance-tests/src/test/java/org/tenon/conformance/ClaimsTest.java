package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.DeviceMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.MemoryLimits;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Storage;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.oracle.Oracles;
import org.tenon.conformance.oracle.Precision;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Suite;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Forwarding;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.Outcome.Status;

/** What a backend says about its kernels is held against what they do, and its silence as well. */
class ClaimsTest {
    private static final Selection NORM = new Selection.Containing("RmsNorm/F32-F32/2x17/plain/dense");

    /** An answer to an op; nothing to answer as the backend does. */
    private interface Answer {
        <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend);
    }

    /** A backend that remembers which memory it gave away last. */
    private record Spying(Backend under, Answer answer, List<Storage> given) implements Forwarding {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            return answer.to(op, this).orElseGet(() -> under.find(op, operands, outputs));
        }

        @Override
        public DeviceMemory memory() {
            return new DeviceMemory() {
                @Override
                public Storage allocate(long bytes) {
                    Storage storage = under.memory().allocate(bytes);
                    given.add(storage);
                    return storage;
                }

                @Override
                public MemoryLimits limits() {
                    return under.memory().limits();
                }
            };
        }

        void scribble() {
            MemorySegment zeros =
                    MemorySegment.ofArray(new byte[(int) given.getLast().bytes()]);
            under.queue().upload(zeros, given.getLast(), 0, zeros.byteSize());
        }

        @Override
        public void close() {
            under.close();
        }
    }

    private static Verdict verdict(Selection selection, Answer answer) {
        Suite suite = new Suite(
                new ChangedProvider(under -> new Spying(under, answer, new ArrayList<>())),
                Optional.empty(),
                Profile.CORE,
                new Judge(Oracles.standard(), Precision.F32),
                List.of(),
                List.of());
        return Runs.of(suite, selection, LocalDate.MIN);
    }

    private static Result natively(Verdict verdict) {
        return verdict.results().stream()
                .filter(result -> result.way().equals("native"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anHonestNoIsDecomposedAndRightOpenedUp() {
        Verdict verdict = verdict(NORM, new Answer() {
            @Override
            public <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend) {
                return Optional.empty();
            }
        });
        assertTrue(verdict.conforms());
        assertEquals(
                Set.of(Verdict.Standing.DECOMPOSED), Set.copyOf(verdict.cases().values()));
    }

    @Test
    void aKernelThatIsClaimedAndCanNotBeBoundFails() {
        Verdict verdict = verdict(NORM, new Answer() {
            @Override
            public <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend) {
                return op instanceof RmsNorm
                        ? Optional.of(Lookup.kernel((_, _, _) -> {
                            throw new UnsupportedOperationException("not on this device");
                        }))
                        : Optional.empty();
            }
        });
        assertEquals(Status.FAILED, natively(verdict).outcome().status());
        assertTrue(natively(verdict).outcome().message().contains("not on this device"));
    }

    @Test
    void aKernelThatIsClaimedAndDoesNothingFails() {
        Verdict verdict = verdict(NORM, new Answer() {
            @Override
            public <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend) {
                return op instanceof RmsNorm ? Optional.of(Lookup.kernel((_, _, _) -> (_, _) -> {})) : Optional.empty();
            }
        });
        assertEquals(Status.FAILED, natively(verdict).outcome().status());
    }

    @Test
    void aNoAfterAnOutputWasTouchedFails() {
        Verdict verdict = verdict(NORM, new Answer() {
            @Override
            public <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend) {
                if (op instanceof RmsNorm) {
                    backend.scribble();
                    return Optional.of(Lookup.unsupported("not for this type"));
                }
                return Optional.empty();
            }
        });
        Result result = natively(verdict);
        assertEquals(Status.FAILED, result.outcome().status(), result.outcome().message());
        assertTrue(
                result.outcome().message().contains("has no kernel, but has written"),
                result.outcome().message());
    }

    @Test
    void aNoWhereTheProfileWantsAKernelFails() {
        Verdict verdict = verdict(new Selection.Containing("Iota/rows/3x17/dense"), new Answer() {
            @Override
            public <B extends Operands<Buffer>> Optional<Lookup<B>> to(Op<?, B> op, Spying backend) {
                return op instanceof Iota ? Optional.of(Lookup.unsupported("not yet")) : Optional.empty();
            }
        });
        assertEquals(Map.of("Iota/rows/3x17/dense", Verdict.Standing.FAILED), verdict.cases());
        assertEquals(Status.MISSING, natively(verdict).outcome().status());
    }
}
