package org.tenon.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tenon.cli.architecture.Module.Kind;

/** "Who may import whom" of docs/architecture.md, a test per line. */
class ImportsTest {
    private static final String[] JDK_AND_JSPECIFY = {"java..", "org.jspecify.annotations.."};

    @Test
    void apiKnowsNothingButJavaBase() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(with(JDK_AND_JSPECIFY, Module.API.packages()))
                .check(Module.API.classes());
        assertEquals(Set.of("java.base"), neededAtRunTime(Module.API));
    }

    @Test
    void aBackendKnowsApiAndNothingElseOfTenon() {
        eachMayKnowOfTenon(Module.of(Kind.BACKEND), Module.API);
    }

    @Test
    void aThirdPartysPluginKnowsApiAndNothingElseOfTenon() {
        eachMayKnowOfTenon(Module.of(Kind.PLUGIN), Module.API);
    }

    @Test
    void layersAndTokenizersKnowApiAndNothingElseOfTenon() {
        eachMayKnowOfTenon(Module.of(Kind.PARTS), Module.API);
    }

    @Test
    void modelsKnowApiLayersAndTokenizersButNoBackend() {
        eachMayKnowOfTenon(Module.of(Kind.ASSEMBLY), Module.API, Module.LAYERS, Module.TOKENIZERS);
    }

    @Test
    void conformanceTestsAndSamplesKnowEverythingButTheBackends() {
        eachMayKnowOfTenon(Module.of(Kind.PRODUCT), Module.API, Module.LAYERS, Module.MODELS, Module.TOKENIZERS);
        eachMayKnowOfTenon(
                Module.of(Kind.SAMPLE),
                Module.API,
                Module.LAYERS,
                Module.MODELS,
                Module.TOKENIZERS,
                Module.CONFORMANCE,
                Module.DEMO_MODELS);
    }

    @Test
    void apiBackendsAndLayersNeedNoThirdPartyAtRunTime() {
        List<Module> bare = Stream.concat(Module.of(Kind.CONTRACT, Kind.BACKEND).stream(), Stream.of(Module.LAYERS))
                .toList();
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(with(with(JDK_AND_JSPECIFY, "com.sun.management.."), "org.tenon.."))
                .check(Module.classes(bare));
        for (Module module : bare) {
            assertTrue(
                    neededAtRunTime(module).stream()
                            .allMatch(name -> name.startsWith("java.")
                                    || name.equals("jdk.management")
                                    || name.startsWith("org.tenon.")),
                    () -> module + " requires " + neededAtRunTime(module));
        }
    }

    @Test
    void onlyModelsAndSamplesKnowGuice() {
        List<Module> others = Module.libraries().stream()
                .filter(module -> module != Module.MODELS)
                .toList();
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.inject..", "jakarta.inject..")
                .check(Module.classes(others));
    }

    private static void eachMayKnowOfTenon(List<Module> modules, Module... known) {
        for (Module module : modules) {
            if (Module.EMPTY.contains(module)) {
                continue;
            }
            String[] allowed = with(Stream.of(known).map(Module::packages).toArray(String[]::new), module.packages());
            classes()
                    .should()
                    .onlyDependOnClassesThat(outsideTenonOrIn(allowed))
                    .because(module.folder() + " may know no other module of Tenon")
                    .check(module.classes());
        }
    }

    private static DescribedPredicate<JavaClass> outsideTenonOrIn(String... packages) {
        return JavaClass.Predicates.resideOutsideOfPackage("org.tenon..")
                .or(JavaClass.Predicates.resideInAnyPackage(packages));
    }

    private static Set<String> neededAtRunTime(Module module) {
        return module.descriptor().requires().stream()
                .filter(needed -> !needed.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .collect(toSet());
    }

    private static String[] with(String[] some, String another) {
        return Stream.concat(Stream.of(some), Stream.of(another)).toArray(String[]::new);
    }
}
