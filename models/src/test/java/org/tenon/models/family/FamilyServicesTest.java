package org.tenon.models.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tenon.api.model.ModelFamily;

class FamilyServicesTest {
    @Test
    void theModuleAndTheServicesFileNameTheSameFamilies() throws Exception {
        Path classes = Path.of(
                Llama.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        ModuleDescriptor module;
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            module = ModuleDescriptor.read(in);
        }
        Set<String> provided = module.provides().stream()
                .filter(provides -> provides.service().equals(ModelFamily.class.getName()))
                .flatMap(provides -> provides.providers().stream())
                .collect(Collectors.toSet());
        Path services = classes.resolve("META-INF/services").resolve(ModelFamily.class.getName());
        Set<String> named =
                Files.readString(services, StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
        assertEquals(provided, named);
        assertTrue(provided.contains(Llama.class.getName()), () -> "provided: " + provided);
    }
}
