package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tenon.api.config.Config;

class BackendsTest {
    @Test
    void theCpuIsThereWithTheJavaTierAndAWordOnTheNativeOne() {
        Config cpu = Run.tenon("backends", "--json").json().list("backends").stream()
                .filter(backend -> backend.text("name").equals("cpu"))
                .findFirst()
                .orElseThrow();
        assertTrue(cpu.flag("available"));
        Config device = cpu.list("devices").getFirst();
        assertTrue(device.decimal("memory_bytes") > 0);
        List<Config> tiers = device.list("tiers");
        assertTrue(tiers.stream().anyMatch(tier -> tier.text("name").equals("java") && tier.flag("available")));
        tiers.forEach(tier -> assertTrue(!tier.text("detail").isEmpty(), "where it is, or why it isn't there"));
    }

    @Test
    void theListNamesEachTier() {
        Run run = Run.tenon("backends");
        assertEquals(0, run.code());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("cpu +there .*")), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches(" +java +there +Java .*")), run.out());
    }
}
