package org.tenon.cli.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What no code of Tenon does, whichever module it stands in. */
class CodeRulesTest {
    private static final JavaClasses EVERYTHING = Module.classes(Module.all());
    private static final JavaClasses LIBRARIES = Module.classes(Module.libraries());

    /** The conformance suite's process, which makes a test's class by its name and ends when it is through. */
    private static final String WORKER = "org.tenon.conformance.worker.Worker";

    /** The conformance suite as a program. */
    private static final String SUITE = "org.tenon.conformance.Main";

    /** The methods that the JDK restricts: each can crash the JVM. */
    private static final Map<String, Set<String>> RESTRICTED = Map.of(
            "java.lang.foreign.Linker", Set.of("downcallHandle", "upcallStub"),
            "java.lang.foreign.SymbolLookup", Set.of("libraryLookup"),
            "java.lang.foreign.MemorySegment", Set.of("reinterpret"),
            "java.lang.foreign.AddressLayout", Set.of("withTargetLayout"),
            "java.lang.ModuleLayer$Controller", Set.of("enableNativeAccess"),
            "java.lang.System", Set.of("load", "loadLibrary"),
            "java.lang.Runtime", Set.of("load", "loadLibrary"));

    private static final Map<String, Set<String>> ENDING_THE_PROCESS =
            Map.of("java.lang.System", Set.of("exit"), "java.lang.Runtime", Set.of("exit", "halt"));

    private static final Map<String, Set<String>> REFLECTIVE = Map.of(
            "java.lang.Class",
            Set.of(
                    "forName",
                    "newInstance",
                    "getField",
                    "getFields",
                    "getDeclaredField",
                    "getDeclaredFields",
                    "getMethod",
                    "getMethods",
                    "getDeclaredMethod",
                    "getDeclaredMethods",
                    "getConstructor",
                    "getConstructors",
                    "getDeclaredConstructor",
                    "getDeclaredConstructors",
                    "getRecordComponents",
                    "getPermittedSubclasses"));

    @Test
    void noPackagesDependOnEachOtherInACycle() {
        slices().matching("org.tenon.(**)").should().beFreeOfCycles().check(EVERYTHING);
    }

    @Test
    void restrictedMethodsAreCalledOnlyInPackagesNamedFfi() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..ffi..")
                .should()
                .accessTargetWhere(among("a restricted method", RESTRICTED))
                .check(EVERYTHING);
    }

    @Test
    void noLibraryPrints() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARIES.that(not(name(SUITE))));
    }

    @Test
    void noLibraryEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(WORKER)
                .and()
                .doNotHaveFullyQualifiedName(SUITE)
                .should()
                .accessTargetWhere(among("a method that ends the process", ENDING_THE_PROCESS))
                .check(LIBRARIES);
    }

    @Test
    void noLibraryReflects() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(WORKER)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .accessTargetWhere(among("a reflective method", REFLECTIVE))
                .check(LIBRARIES);
    }

    @Test
    void noClassIsNamedForNothing() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)(\\$.*)?")
                .check(EVERYTHING);
    }

    private static DescribedPredicate<JavaAccess<?>> among(String description, Map<String, Set<String>> methods) {
        return describe(
                description,
                access -> methods.getOrDefault(access.getTarget().getOwner().getName(), Set.of())
                        .contains(access.getTarget().getName()));
    }
}
