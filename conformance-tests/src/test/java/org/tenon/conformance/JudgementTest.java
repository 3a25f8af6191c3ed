package org.tenon.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tenon.api.op.Op;
import org.tenon.api.op.Primitives;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.conformance.suite.Judgement;
import org.tenon.conformance.suite.Judgement.Standing;
import org.tenon.conformance.suite.Profile;
import org.tenon.conformance.suite.Result;
import org.tenon.conformance.suite.Selection;
import org.tenon.conformance.suite.Verdict;
import org.tenon.conformance.trial.Outcome;
import org.tenon.models.checkpoint.Json;

/** A suite that was run for one profile tells how the backend stands with each. */
class JudgementTest {
    /** A result of each op that a profile requires: on a kernel where it must be so, else opened up. */
    private static List<Result> right() {
        Set<Class<? extends Op<?, ?>>> ops = new HashSet<>();
        Profile.ALL.forEach(profile -> ops.addAll(profile.required()));
        List<Result> results = new ArrayList<>();
        for (Class<? extends Op<?, ?>> op : ops) {
            String way = Primitives.ALL.contains(op) ? "native" : "opened";
            results.add(result(op.getSimpleName(), way, Set.of(op.getSimpleName()), Outcome.passed(0)));
        }
        return results;
    }

    private static Result result(String op, String way, Set<String> needs, Outcome outcome) {
        return new Result(op + "/x@" + way, op, "F32 -> F32", way, needs, outcome, 1);
    }

    private static Verdict verdict(Selection selection, List<Result> results) {
        return new Verdict(new CpuConformanceTest().suite(), selection, results, LocalDate.MIN);
    }

    private static Map<String, Judgement> judged(List<Result> results) {
        return verdict(Selection.all(), results).judgements().stream()
                .collect(Collectors.toMap(Judgement::profile, each -> each));
    }

    private static List<Result> with(Result result) {
        List<Result> all = new ArrayList<>(right());
        all.add(result);
        return all;
    }

    @Test
    void whatIsRightThroughoutConformsToEachProfile() {
        Map<String, Judgement> judged = judged(right());
        assertEquals(Set.of("CORE", "EXPERTS", "STATE_SPACE"), judged.keySet());
        judged.values().forEach(each -> assertEquals(Standing.CONFORMS, each.standing(), each.sentence()));
    }

    @Test
    void anOpThatNoCaseShowsToBeRightIsMissingWhereAProfileAsksForIt() {
        List<Result> results = right();
        results.removeIf(result -> result.op().equals("Experts"));
        Map<String, Judgement> judged = judged(results);
        assertEquals(Standing.CONFORMS, judged.get("CORE").standing());
        assertEquals(Standing.CONFORMS, judged.get("STATE_SPACE").standing());
        assertEquals(
                "Profile EXPERTS: does not conform; it lacks Experts.",
                judged.get("EXPERTS").sentence());
    }

    @Test
    void aPrimitiveThatIsOnlyRightOpenedUpIsMissing() {
        List<Result> results = right();
        results.removeIf(result -> result.op().equals("Iota"));
        results.add(result("Iota", "opened", Set.of("Iota"), Outcome.passed(0)));
        judged(results).values().forEach(each -> assertEquals(List.of("Iota"), each.missing()));
    }

    @Test
    void aFailureCountsWhereTheOpIsAskedFor() {
        Map<String, Judgement> judged =
                judged(with(result("SelectiveScan", "native", Set.of("SelectiveScan"), Outcome.failed("off"))));
        assertEquals(Standing.CONFORMS, judged.get("CORE").standing());
        assertEquals(Standing.CONFORMS, judged.get("EXPERTS").standing());
        assertEquals(List.of("SelectiveScan"), judged.get("STATE_SPACE").wrong());
        judged(with(result("Linear", "native", Set.of("Linear"), Outcome.failed("off"))))
                .values()
                .forEach(each -> assertEquals(
                        "Profile " + each.profile() + ": does not conform; wrong: Linear.", each.sentence()));
    }

    @Test
    void aLawOfAModelCountsWhereAllOpsOfTheModelAreAskedFor() {
        Result experts = result("Law: a fork is a copy", "law", Set.of("Experts", "Route"), Outcome.failed("off"));
        Map<String, Judgement> judged = judged(with(experts));
        assertEquals(Standing.CONFORMS, judged.get("CORE").standing());
        assertEquals(Standing.DOES_NOT_CONFORM, judged.get("EXPERTS").standing());
        Result any = result("Law: a fork is a copy", "law", Set.of(), Outcome.failed("off"));
        judged(with(any)).values().forEach(each -> assertEquals(Standing.DOES_NOT_CONFORM, each.standing()));
    }

    @Test
    void anOpThatNoProfileKnowsCountsForAll() {
        judged(with(result("Hyena", "native", Set.of("Hyena"), Outcome.failed("off"))))
                .values()
                .forEach(each -> assertEquals(List.of("Hyena"), each.wrong()));
    }

    @Test
    void aPartOfTheSuiteJudgesNothingUnlessItFails() {
        Selection part = new Selection.OfOp("Linear");
        Result passed = result("Linear", "native", Set.of("Linear"), Outcome.passed(0));
        verdict(part, List.of(passed)).judgements().forEach(each -> assertEquals(Standing.NOT_JUDGED, each.standing()));
        Result failed = result("Linear", "native", Set.of("Linear"), Outcome.failed("off"));
        verdict(part, List.of(failed))
                .judgements()
                .forEach(each -> assertEquals(Standing.DOES_NOT_CONFORM, each.standing()));
    }

    @Test
    void theReportsTellIt() {
        Result wrong = result("SelectiveScan", "native", Set.of("SelectiveScan"), Outcome.failed("off"));
        Report report = new Report(verdict(Selection.all(), with(wrong)), "here", List.of());
        assertFalse(report.conforms());
        assertTrue(Formats.sentence(report).startsWith("Profile CORE: conforms, but not all that was run is right. "));
        String markdown = Formats.markdown(report);
        assertTrue(markdown.contains("\n* Profile STATE_SPACE: does not conform; wrong: SelectiveScan.\n"), markdown);
        assertEquals(
                List.of("conforms", "conforms", "does_not_conform"),
                Json.parse("the report", Formats.json(report).getBytes(UTF_8)).list("profiles").stream()
                        .map(each -> each.text("verdict"))
                        .toList());
    }
}
