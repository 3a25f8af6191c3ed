package org.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tenon.api.config.Config;
import org.tenon.conformance.report.BackendsPage;
import org.tenon.conformance.suite.Verdict.Standing;
import org.tenon.models.checkpoint.Json;

class BackendsPageTest {
    private static final String PAGE = "# Backends\n\n<!-- begin other -->\nkept\n<!-- end other -->\n";

    private static Config cell(String op, Standing standing) {
        Config cell = Config.object().with("op", op).with("types", "F32 -> F32");
        for (Standing each : Standing.values()) {
            cell = cell.with(each.key(), each == standing ? 3 : 0);
        }
        return cell;
    }

    private static Config profile(String name, String verdict, List<String> missing) {
        return Config.object()
                .with("profile", name)
                .with("verdict", verdict)
                .with("missing", missing)
                .with("wrong", List.of());
    }

    private static Config report(Config... cells) {
        return Config.object()
                .with("backend", "acme")
                .with("profile", "CORE")
                .with(
                        "profiles",
                        List.of(
                                profile("CORE", "conforms", List.of()),
                                profile("EXPERTS", "does_not_conform", List.of("Experts", "Route"))))
                .with("ops", List.of(cells));
    }

    @Test
    void aSectionTellsWhichTypesOfAnOpAreNative() {
        String page =
                BackendsPage.with(PAGE, report(cell("Rope", Standing.PASSED), cell("Gated", Standing.DECOMPOSED)));
        assertTrue(page.startsWith(PAGE), page);
        assertTrue(page.contains("| Rope | `F32 -> F32` |  |  |  |\n"), page);
        assertTrue(page.contains("| Gated |  | `F32 -> F32` |  |  |\n"), page);
    }

    @Test
    void aSectionTellsWhichProfilesTheBackendConformsToAndWhatItLacks() {
        String page = BackendsPage.with(PAGE, report(cell("Rope", Standing.PASSED)));
        assertTrue(page.contains("* Profile CORE: conforms.\n"), page);
        assertTrue(page.contains("* Profile EXPERTS: does not conform; it lacks Experts, Route.\n"), page);
    }

    @Test
    void aSectionIsRenewedInItsPlaceAndStaysTheSameWhenNothingHasChanged() {
        Config before = report(cell("Rope", Standing.PASSED));
        String page = BackendsPage.with(PAGE, before);
        assertEquals(page, BackendsPage.with(page, before));
        String changed = BackendsPage.with(page, report(cell("Rope", Standing.FAILED)));
        assertNotEquals(page, changed);
        assertTrue(changed.contains("| Rope |  |  |  | `F32 -> F32` |\n"), changed);
        assertEquals(page, BackendsPage.with(changed, before));
    }

    @Test
    void theProgramMakesItOfReports(@TempDir Path folder) throws Exception {
        Path page = Files.writeString(folder.resolve("backends.md"), PAGE);
        Path report = folder.resolve("report.json");
        Json.write(report, report(cell("Rope", Standing.PASSED)));
        assertEquals(0, Main.run(List.of("--page", page.toString(), report.toString()), System.out, System.err));
        assertEquals(BackendsPage.with(PAGE, Json.read(report)), Files.readString(page));
        assertEquals(2, Main.run(List.of("--page", page.toString()), System.out, System.err));
    }
}
