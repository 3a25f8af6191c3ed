package org.tenon.conformance.suite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Attention;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Gated;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Linear;
import org.tenon.api.op.Op;
import org.tenon.api.op.Primitives;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.TopK;

/**
 * What a backend must be able to do to be called fit for a kind of model.
 *
 * @param name what reports call it
 * @param natively the ops that it must have kernels for
 * @param required the ops that must come out right, by a kernel or opened up; those of {@code natively} among them
 */
public record Profile(String name, Set<Class<? extends Op<?, ?>>> natively, Set<Class<? extends Op<?, ?>>> required) {
    /** Decoders with attention and dense feed-forwards: Llama, GPT-2 and their kin. The primitives must be there, all else may be opened up. */
    public static final Profile CORE = new Profile(
            "CORE",
            new HashSet<>(Primitives.ALL),
            Set.of(
                    Activate.class,
                    Attention.class,
                    CacheWrite.class,
                    Embedding.class,
                    Gated.class,
                    LayerNorm.class,
                    Linear.class,
                    RmsNorm.class,
                    Rope.class,
                    TopK.class));

    /** Mixtures of experts: Mixtral and its kin, beside what {@link #CORE} asks for. */
    public static final Profile EXPERTS = CORE.and("EXPERTS", Set.of(Experts.class, Route.class));

    /** Recurrent layers: Mamba and its kin, beside what {@link #CORE} asks for. */
    public static final Profile STATE_SPACE =
            CORE.and("STATE_SPACE", Set.of(CausalConv.class, SelectiveScan.class, StateSpaceDual.class));

    /** All that there are; a new one is named here and nowhere else. */
    public static final List<Profile> ALL = List.of(CORE, EXPERTS, STATE_SPACE);

    /**
     * Copies the sets.
     *
     * @param name what reports call it
     * @param natively the ops that it must have kernels for
     * @param required the ops that must come out right
     */
    public Profile {
        natively = Set.copyOf(natively);
        Set<Class<? extends Op<?, ?>>> all = new HashSet<>(required);
        all.addAll(natively);
        required = Set.copyOf(all);
    }

    /** This profile, with more ops that must come out right. */
    private Profile and(String other, Set<Class<? extends Op<?, ?>>> more) {
        Set<Class<? extends Op<?, ?>>> all = new HashSet<>(required);
        all.addAll(more);
        return new Profile(other, natively, all);
    }

    /**
     * Whether a failure of a run counts against the profile: not where the run needs an op that other profiles ask for and this one doesn't.
     *
     * @param run what came of the run
     * @return whether it counts
     */
    boolean counts(Result run) {
        return run.needs().stream().allMatch(op -> requires(op) || ALL.stream().noneMatch(each -> each.requires(op)));
    }

    private boolean requires(String op) {
        return required.stream().anyMatch(each -> each.getSimpleName().equals(op));
    }

    /**
     * Finds a profile.
     *
     * @param name its name
     * @return the profile
     * @throws UnknownName when there is none of that name
     */
    public static Profile named(String name) {
        return ALL.stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UnknownName(
                        "profile", name, ALL.stream().map(Profile::name).toList()));
    }
}
