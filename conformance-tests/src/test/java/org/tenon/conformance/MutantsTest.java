package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tenon.conformance.mutant.Mutant;
import org.tenon.conformance.mutant.Mutants;
import org.tenon.conformance.mutant.Mutation;

/** The suite finds every fault that is made on purpose. */
class MutantsTest {
    private static final int FEWEST = 25;

    @TestFactory
    Stream<DynamicTest> eachIsFound() {
        return Mutants.all().stream()
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> {
                    Mutation mutation = Mutation.of(mutant, new CpuConformanceTest().suite());
                    assertEquals(Mutation.Fate.KILLED, mutation.fate(), mutation.toString());
                }));
    }

    @Test
    void thereAreManyAndAllDiffer() {
        List<String> names = Mutants.all().stream().map(Mutant::name).toList();
        assertTrue(names.size() >= FEWEST, "mutants: " + names.size());
        assertEquals(names.size(), names.stream().distinct().count());
    }
}
