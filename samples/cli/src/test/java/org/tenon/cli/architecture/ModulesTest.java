package org.tenon.cli.architecture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules see every module, and a module is found the same way on the module path and on the class path. */
class ModulesTest {
    @Test
    void everyModuleOfTheBuildIsUnderTheRules() throws IOException {
        var found = new TreeSet<String>();
        for (Path parent : List.of(Module.root(), Module.root().resolve("samples"))) {
            try (Stream<Path> folders = Files.list(parent)) {
                folders.filter(folder -> Files.exists(folder.resolve("src", "main", "java", "module-info.java")))
                        .map(folder ->
                                Module.root().relativize(folder).toString().replace('\\', '/'))
                        .forEach(found::add);
            }
        }
        assertEquals(Module.all().stream().map(Module::folder).collect(toCollection(TreeSet::new)), found);
    }

    @Test
    void onlyTheModulesNamedAsEmptyAreEmpty() {
        assertEquals(
                Module.EMPTY,
                Module.all().stream()
                        .filter(module -> module.classes().isEmpty())
                        .collect(toSet()));
    }

    @ParameterizedTest
    @EnumSource
    void everyClassStandsInThePackagesOfItsModule(Module module) throws IOException {
        try (Stream<Path> files = Files.walk(module.classFolder())) {
            List<Path> strays = files.filter(file -> file.toString().endsWith(".class"))
                    .map(module.classFolder()::relativize)
                    .filter(file -> !file.startsWith(module.packageFolder()) && !file.endsWith("module-info.class"))
                    .toList();
            assertEquals(List.of(), strays);
        }
    }

    @ParameterizedTest
    @EnumSource
    void servicesAreProvidedAlikeOnModulePathAndClassPath(Module module) throws IOException {
        var onModulePath = new TreeMap<String, Set<String>>();
        for (var provides : module.descriptor().provides()) {
            onModulePath.put(provides.service(), new TreeSet<>(provides.providers()));
        }
        var onClassPath = new TreeMap<String, Set<String>>();
        Path services = module.classFolder().resolve("META-INF", "services");
        if (Files.isDirectory(services)) {
            try (Stream<Path> files = Files.list(services)) {
                for (Path file : files.toList()) {
                    onClassPath.put(file.getFileName().toString(), providers(file));
                }
            }
        }
        assertEquals(onModulePath, onClassPath);
    }

    private static Set<String> providers(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, UTF_8)) {
            return lines.map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .collect(toCollection(TreeSet::new));
        }
    }
}
