package org.tenon.cli.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A module of Tenon, as the build has compiled it. */
enum Module {
    API("api", "org.tenon.api", Kind.CONTRACT),
    BACKEND_CPU("backend-cpu", "org.tenon.backend.cpu", Kind.BACKEND),
    BACKEND_CUDA("backend-cuda", "org.tenon.backend.cuda", Kind.BACKEND),
    BACKEND_OPENCL("backend-opencl", "org.tenon.backend.opencl", Kind.BACKEND),
    LAYERS("layers", "org.tenon.layers", Kind.PARTS),
    TOKENIZERS("tokenizers", "org.tenon.tokenizers", Kind.PARTS),
    MODELS("models", "org.tenon.models", Kind.ASSEMBLY),
    CONFORMANCE("conformance-tests", "org.tenon.conformance", Kind.PRODUCT),
    DEMO_MODELS("samples/demo-models", "org.tenon.demo.models", Kind.SAMPLE),
    APPLICATIONS("samples/applications", "org.tenon.samples.applications", Kind.SAMPLE),
    CUSTOM_BACKEND("samples/custom-backend", "com.example.plain", Kind.PLUGIN),
    CUSTOM_LAYER("samples/custom-layer", "com.example.retention", Kind.PLUGIN),
    CLI("samples/cli", "org.tenon.cli", Kind.SAMPLE);

    /** The row of "Who may import whom" that a module stands in. */
    enum Kind {
        CONTRACT,
        BACKEND,
        PARTS,
        ASSEMBLY,
        PRODUCT,
        PLUGIN,
        SAMPLE
    }

    /** Modules that hold a descriptor and nothing else as yet; whoever fills one strikes it from this list. */
    static final Set<Module> EMPTY = Set.of(BACKEND_CUDA);

    private static final Path ROOT = root();

    private final String folder;
    private final String name;
    private final Kind kind;

    Module(String folder, String name, Kind kind) {
        this.folder = folder;
        this.name = name;
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    String folder() {
        return folder;
    }

    /** The folder below {@link #classFolder()} that holds all classes of this module. */
    Path packageFolder() {
        return Path.of(name.replace('.', '/'));
    }

    /** A pattern that matches the packages of this module and no other. */
    String packages() {
        return name + "..";
    }

    Path classFolder() {
        return ROOT.resolve(folder, "target", "classes");
    }

    ModuleDescriptor descriptor() {
        try (InputStream in = Files.newInputStream(classFolder().resolve("module-info.class"))) {
            return ModuleDescriptor.read(in);
        } catch (IOException e) {
            throw new IllegalStateException("module " + folder + " isn't compiled: run ./mvnw verify", e);
        }
    }

    JavaClasses classes() {
        return classes(List.of(this));
    }

    boolean isLibrary() {
        return kind != Kind.SAMPLE;
    }

    static List<Module> all() {
        return Arrays.asList(values());
    }

    static List<Module> of(Kind... kinds) {
        return all().stream()
                .filter(module -> Arrays.asList(kinds).contains(module.kind))
                .toList();
    }

    static List<Module> libraries() {
        return all().stream().filter(Module::isLibrary).toList();
    }

    static JavaClasses classes(List<Module> modules) {
        String[] packages = modules.stream().map(Module::packages).toArray(String[]::new);
        return Compiled.CLASSES.that(JavaClass.Predicates.resideInAnyPackage(packages));
    }

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder above " + Path.of("").toAbsolutePath() + " holds mvnw");
            }
        }
        return folder;
    }

    /** The classes of all modules, read once. */
    private static final class Compiled {
        static final JavaClasses CLASSES = new ClassFileImporter()
                .withImportOption(location -> !location.contains("module-info"))
                .importPaths(all().stream().map(Module::classFolder).toList());
    }
}
