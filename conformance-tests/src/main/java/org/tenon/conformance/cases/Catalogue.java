package org.tenon.conformance.cases;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All cases. */
public final class Catalogue {
    private static final List<CaseSource> SOURCES = List.of(
            new ElementCases(),
            new RowCases(),
            new ProductCases(),
            new AttentionCases(),
            new ExpertCases(),
            new TopKCases(),
            new RaggedCases(),
            new ScanCases());

    private Catalogue() {}

    /**
     * The cases of Tenon's ops, and of a plugin's.
     *
     * @param more sources beside Tenon's own
     * @return the cases, in order
     * @throws IllegalArgumentException when two have one id, or there is none
     */
    public static List<Case> cases(List<CaseSource> more) {
        List<Case> cases = Stream.concat(SOURCES.stream(), more.stream())
                .flatMap(CaseSource::cases)
                .filter(each -> each.activations().size() == 1) // no program has activations of two narrow types
                .toList();
        Set<String> ids = new HashSet<>();
        cases.forEach(each -> {
            if (!ids.add(each.id())) {
                throw new IllegalArgumentException("two cases have the id " + each.id());
            }
        });
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("there are no cases");
        }
        return cases;
    }
}
