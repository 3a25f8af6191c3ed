package org.tenon.conformance.suite;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.op.Op;
import org.tenon.conformance.trial.KernelTrial;
import org.tenon.conformance.trial.Outcome;

/** What the results of a suite mean. Immutable. */
public final class Verdict {
    /** How a case stands, by all its runs. */
    public enum Standing {
        /** The backend's own kernel is right, and so is the op opened up. */
        PASSED("native"),
        /** The backend has no kernel, and the op is right opened up. */
        DECOMPOSED("decomposed"),
        /** The backend has no kernel, and the op can't be opened up, or the type of activations is refused. */
        UNSUPPORTED("unsupported"),
        /** A run failed, or there is no kernel where there must be one. */
        FAILED("failed"),
        /** A run killed its process. */
        CRASHED("crashed"),
        /** A run did not end in time. */
        TIMED_OUT("timed out");

        private final String title;

        Standing(String title) {
            this.title = title;
        }

        /** {@return what people read: {@code native} for a case that passed on the backend's own kernel} */
        public String title() {
            return title;
        }

        /** {@return what scripts read: {@code timed_out}} */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** {@return whether something is wrong with the backend} */
        public boolean wrong() {
            return switch (this) {
                case PASSED, DECOMPOSED, UNSUPPORTED -> false;
                case FAILED, CRASHED, TIMED_OUT -> true;
            };
        }
    }

    private final Suite suite;
    private final Selection selection;
    private final List<Result> results;
    private final LocalDate today;

    /**
     * A verdict.
     *
     * @param suite the suite
     * @param selection which of its runs were wanted
     * @param results what came of them
     * @param today the day by which known failures expire
     */
    public Verdict(Suite suite, Selection selection, List<Result> results, LocalDate today) {
        this.suite = suite;
        this.selection = selection;
        this.results = List.copyOf(results);
        this.today = today;
    }

    /** {@return what came of each run} */
    public List<Result> results() {
        return results;
    }

    /** {@return what came of each run, when one case was run again and its details are wanted; else nothing} */
    public List<Result> replayed() {
        return selection instanceof Selection.Replay ? results : List.of();
    }

    /** {@return the suite} */
    public Suite suite() {
        return suite;
    }

    /** {@return how each case stands, by its id} */
    public Map<String, Standing> cases() {
        Map<String, List<Result>> byCase = results.stream()
                .collect(Collectors.groupingBy(Result::caseId, LinkedHashMap::new, Collectors.toList()));
        Map<String, Standing> standings = new LinkedHashMap<>();
        byCase.forEach((id, runs) -> standings.put(id, standing(runs)));
        return standings;
    }

    private static Standing standing(List<Result> runs) {
        List<Outcome.Status> all =
                runs.stream().map(run -> run.outcome().status()).toList();
        if (all.contains(Outcome.Status.CRASHED)) {
            return Standing.CRASHED;
        }
        if (all.contains(Outcome.Status.TIMED_OUT)) {
            return Standing.TIMED_OUT;
        }
        if (all.contains(Outcome.Status.FAILED) || all.contains(Outcome.Status.MISSING)) {
            return Standing.FAILED;
        }
        if (!all.contains(Outcome.Status.UNSUPPORTED)) {
            return Standing.PASSED;
        }
        return all.contains(Outcome.Status.PASSED) ? Standing.DECOMPOSED : Standing.UNSUPPORTED;
    }

    /**
     * Why a run counts as failed.
     *
     * @param result what came of it
     * @return the reason; nothing where it passed, has no kernel, or its failure is known
     */
    public Optional<String> fault(Result result) {
        boolean wrong = result.outcome().status().wrong();
        Optional<KnownFailure> known =
                suite.known().stream().filter(each -> each.matches(result.id())).findFirst();
        if (known.isEmpty()) {
            return wrong
                    ? Optional.of(
                            result.outcome().status() + ": " + result.outcome().message())
                    : Optional.empty();
        }
        KnownFailure expected = known.get();
        if (!wrong) {
            return result.outcome().status() == Outcome.Status.PASSED
                    ? Optional.of("passes, although its failure is known (" + expected.reason() + ", " + expected.link()
                            + "); take it off the list")
                    : Optional.empty();
        }
        return today.isBefore(expected.expires())
                ? Optional.empty()
                : Optional.of("is a known failure (" + expected.reason() + ", " + expected.link() + ") that expired on "
                        + expected.expires() + ": " + result.outcome().message());
    }

    /** {@return the ops that the profile requires and that no case has shown to be right; none unless the whole suite was run} */
    public List<String> missing() {
        return missing(suite.profile());
    }

    private List<String> missing(Profile profile) {
        if (!selection.whole()) {
            return List.of();
        }
        Set<String> right = passed(_ -> true);
        Set<String> natively = passed(result -> result.way().equals(KernelTrial.NAME));
        return Stream.concat(
                        names(profile.required()).filter(op -> !right.contains(op)),
                        names(profile.natively()).filter(op -> !natively.contains(op)))
                .distinct()
                .sorted()
                .toList();
    }

    private Set<String> passed(Predicate<Result> which) {
        return results.stream()
                .filter(which)
                .filter(result -> result.outcome().status() == Outcome.Status.PASSED)
                .map(Result::op)
                .collect(Collectors.toSet());
    }

    private static Stream<String> names(Set<Class<? extends Op<?, ?>>> ops) {
        return ops.stream().map(Class::getSimpleName);
    }

    /** {@return how the backend stands with each profile that there is, and with the one that it was asked for} */
    public List<Judgement> judgements() {
        Set<Profile> profiles = new LinkedHashSet<>(Profile.ALL);
        profiles.add(suite.profile());
        return profiles.stream().map(this::judgement).toList();
    }

    private Judgement judgement(Profile profile) {
        List<String> missing = missing(profile);
        List<String> wrong = results.stream()
                .filter(profile::counts)
                .filter(result -> fault(result).isPresent())
                .map(Result::op)
                .distinct()
                .toList();
        Judgement.Standing standing = !missing.isEmpty() || !wrong.isEmpty()
                ? Judgement.Standing.DOES_NOT_CONFORM
                : selection.whole() && !results.isEmpty() ? Judgement.Standing.CONFORMS : Judgement.Standing.NOT_JUDGED;
        return new Judgement(profile.name(), standing, missing, wrong);
    }

    /** {@return whether there are results, nothing is wrong and nothing required is missing} */
    public boolean conforms() {
        return !results.isEmpty()
                && missing().isEmpty()
                && results.stream().allMatch(result -> fault(result).isEmpty());
    }
}
