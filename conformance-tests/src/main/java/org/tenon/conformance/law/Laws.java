package org.tenon.conformance.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tenon.api.backend.Numerics;
import org.tenon.api.backend.Reproducibility;
import org.tenon.api.tensor.DType;
import org.tenon.conformance.law.Law.Statement;
import org.tenon.conformance.trial.Check;

/** The laws that hold for every model on every backend. */
public final class Laws {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16);
    private static final Set<Reproducibility> ANY = Set.of(Reproducibility.NONE, Reproducibility.BATCH_INVARIANT);
    private static final Set<Reproducibility> PLAIN = Set.of(Reproducibility.NONE);
    private static final Set<Reproducibility> EVERY = Set.of(Reproducibility.values());

    /** A law with the promises under which it is checked. */
    private record Named(String name, Set<Reproducibility> levels, Statement statement) {}

    private static final List<Named> LAWS = List.of(
            new Named("prefill is decode", ANY, BatchLaws::prefillIsDecode),
            new Named("chunks are the whole", ANY, BatchLaws::chunksAreTheWhole),
            new Named("alone is among others", ANY, BatchLaws::aloneIsAmongOthers),
            new Named("twice in a row", EVERY, BatchLaws::twiceInARow),
            new Named("paged is contiguous", PLAIN, CacheLaws::pagedIsContiguous),
            new Named("truncated is never gone there", ANY, CacheLaws::truncatedIsNeverGoneThere),
            new Named("replayed is walked", EVERY, ProgramLaws::replayedIsWalked),
            new Named("native is decomposed", PLAIN, ProgramLaws::nativeIsDecomposed));

    /** That of models whose sequences can be held as sessions. */
    private static final List<Named> OF_SESSIONS = List.of(new Named("a fork is a copy", ANY, CacheLaws::aForkIsACopy));

    /** That of decoders behind encoders. */
    private static final List<Named> OF_SOURCES =
            List.of(new Named("a source serves all steps", ANY, Seq2SeqLaws::aSourceServesAllSteps));

    /** Those of models with windows. */
    private static final List<Named> OF_WINDOWS = List.of(
            new Named("rolling is contiguous", PLAIN, CacheLaws::rollingIsContiguous),
            new Named("a window that isn't full is none", PLAIN, CacheLaws::aWindowThatIsNotFullIsNone));

    /** Those of encoders, which keep nothing. */
    private static final List<Named> OF_ENCODERS = List.of(
            new Named("alone is among others", ANY, EncoderLaws::aloneIsAmongOthers),
            new Named("twice in a row", EVERY, EncoderLaws::twiceInARow),
            new Named("native is decomposed", PLAIN, EncoderLaws::nativeIsDecomposed));

    private Laws() {}

    /** {@return the laws of Tenon's own tiny models} */
    public static List<Check> all() {
        return TinyModel.all().stream().flatMap(model -> of(model).stream()).toList();
    }

    /**
     * The laws of a model, such as one with a plugin's layer.
     *
     * @param model the model
     * @return a check for each law, type of activations and promise
     */
    public static List<Check> of(TinyModel model) {
        List<Named> laws = new ArrayList<>();
        switch (model.spec().kind()) {
            case ENCODER -> laws.addAll(OF_ENCODERS);
            case SEQ2SEQ -> {
                laws.addAll(LAWS);
                laws.addAll(OF_SOURCES);
            }
            case CAUSAL -> {
                laws.addAll(LAWS);
                laws.addAll(OF_SESSIONS);
            }
        }
        model.window().ifPresent(_ -> laws.addAll(OF_WINDOWS));
        List<Check> checks = new ArrayList<>();
        for (Named law : laws) {
            for (DType type : TYPES) {
                law.levels().stream()
                        .sorted()
                        .map(level -> Numerics.of(type).reproducibility(level))
                        .forEach(numerics -> checks.add(new Law(law.name(), model, numerics, law.statement())));
            }
        }
        return List.copyOf(checks);
    }
}
