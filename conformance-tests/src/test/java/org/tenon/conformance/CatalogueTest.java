package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tenon.api.op.Op;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.Catalogue;
import org.tenon.conformance.suite.Profile;

/** What there are cases of. */
class CatalogueTest {
    private static final int FEWEST = 10_000;
    private static final List<Case> CASES = Catalogue.cases(List.of());

    /** Ops that are primitives of F32 and of whole numbers alone, or make numbers, and what chooses by logits, which are F32. */
    private static final Set<String> WIDE_ONLY =
            Set.of("Binary", "Fill", "Iota", "MatMul", "Reduce", "Route", "Select", "TopK");

    @Test
    void thereAreThousandsAndNoTwoAreTheSame() {
        assertTrue(CASES.size() >= FEWEST, "cases: " + CASES.size());
        assertEquals(CASES.size(), CASES.stream().map(Case::id).distinct().count());
    }

    @Test
    void everyOpThatAProfileRequiresHasSome() {
        Set<String> ops = CASES.stream().map(Case::opName).collect(Collectors.toSet());
        for (Profile profile : Profile.ALL) {
            for (Class<? extends Op<?, ?>> op : profile.required()) {
                assertTrue(ops.contains(op.getSimpleName()), profile.name() + " requires " + op);
            }
        }
    }

    @Test
    void everyOpIsTriedInEveryTypeThatItComputesWith() {
        Map<String, Set<String>> types = CASES.stream()
                .collect(Collectors.groupingBy(
                        Case::opName,
                        Collectors.flatMapping(each -> Stream.of(each.types().split(" ")), Collectors.toSet())));
        types.forEach((op, has) -> {
            if (!WIDE_ONLY.contains(op)) {
                assertTrue(has.containsAll(Set.of("F32", "BF16", "F16")), op + " is tried with " + has + " only");
            }
        });
        assertEquals(
                Set.of("Binary", "Convert", "Fill", "Gather", "Iota", "Route", "Select", "TopK", "Unary"),
                types.entrySet().stream()
                        .filter(entry -> entry.getValue().contains("I32"))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()));
    }

    @Test
    void sizesOfZeroAndOneAndPrimeOnesAreAmongThem() {
        for (String size : List.of("RmsNorm/F32-F32/0x17", "RmsNorm/F32-F32/1x1/", "Linear/F32-F32-F32/31x63x127/")) {
            assertTrue(CASES.stream().anyMatch(each -> each.id().startsWith(size)), size);
        }
    }
}
