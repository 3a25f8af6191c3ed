package org.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tenon.api.config.Config;
import org.tenon.demo.models.DemoFolder;
import org.tenon.demo.models.DemoModel;

class BenchTest {
    private static DemoFolder demo;

    @BeforeAll
    static void unpack() {
        demo = DemoModel.LLAMA.unpack();
    }

    @AfterAll
    static void remove() {
        demo.close();
    }

    private static Run bench(String... more) {
        List<String> command =
                new ArrayList<>(List.of("bench", "--model", demo.path().toString(), "--repeat", "1"));
        command.addAll(List.of(more));
        return Run.tenon(command.toArray(String[]::new));
    }

    private static Config json(String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        all.add("--json");
        Run run = bench(all.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        return run.json();
    }

    private static void positive(Config phase, String... keys) {
        for (String key : keys) {
            assertTrue(phase.decimal(key) > 0, () -> key + " is " + phase.decimal(key));
        }
    }

    @Test
    void bothPhasesAreMeasured() {
        Config found = json("--prompt", "32", "--generate", "16");
        for (String phase : List.of("prefill", "decode")) {
            positive(
                    found.child(phase),
                    "tokens_per_second",
                    "seconds",
                    "bytes",
                    "flops",
                    "bytes_per_second",
                    "flops_per_second");
            assertTrue(found.child(phase).decimal("allocated_bytes_per_step") >= 0);
            fractionIsKnownWhereTheRoofIs(found, phase);
        }
        assertEquals(15, found.child("decode").integer("steps"));
        assertTrue(found.list("kernels").stream()
                .anyMatch(tier -> tier.text("name").equals("java")));
        positive(found, "threads", "time_to_first_token_seconds", "peak_memory_bytes", "cache_bytes", "weight_bytes");
        Config start = found.child("start");
        positive(start, "reading_seconds", "preparing_seconds", "warming_seconds", "first_token_seconds");
        assertEquals(
                start.decimal("jvm_seconds")
                        + start.decimal("reading_seconds")
                        + start.decimal("preparing_seconds")
                        + start.decimal("warming_seconds")
                        + start.decimal("first_token_seconds"),
                start.decimal("total_seconds"),
                1e-6);
    }

    /** A roof needs the C kernels. How near to it a step comes is for the bench to tell: on a busy machine the roof is measured too low now and then. */
    private static void fractionIsKnownWhereTheRoofIs(Config found, String phase) {
        Optional<Double> fraction = found.child(phase).optional("roof_fraction").map(Config::asDecimal);
        boolean measured = found.child("roof").optional("bytes_per_second").isPresent();
        assertEquals(measured, fraction.isPresent());
        if (measured) {
            positive(found.child("roof"), "bytes_per_second", "flops_per_second");
            positive(found.child(phase), "roof_fraction");
        }
    }

    @Test
    void manyAtOnceDecodeTogether() {
        Config found = json("--prompt", "8", "--generate", "24", "--concurrency", "3");
        assertEquals(3, found.integer("concurrency"));
        Config decode = found.child("decode");
        assertEquals(
                3 / decode.decimal("seconds"),
                decode.decimal("tokens_per_second"),
                1e-6 * decode.decimal("tokens_per_second"));
    }

    @Test
    void theProfileNamesKernelsAndTheirShares() {
        Config profile = json("--context", "48", "--generate", "4", "--profile").child("profile");
        for (String phase : List.of("prefill", "decode")) {
            List<Config> kernels = profile.child(phase).list("kernels");
            assertTrue(kernels.stream().anyMatch(kernel -> kernel.text("kernel").startsWith("Linear")));
            double share = kernels.stream()
                    .mapToDouble(kernel -> kernel.decimal("share"))
                    .sum();
            assertTrue(share > 0 && share <= 1, phase + " " + share);
        }
        assertEquals(3, profile.child("decode").integer("steps"));
    }

    @Test
    void peopleGetATable() {
        Run run = bench("--prompt", "16", "--generate", "4", "--profile");
        assertEquals(0, run.code(), run.err());
        for (String word : List.of("prefill", "decode", "roof", "first token", "Linear")) {
            assertTrue(run.out().contains(word), run.out());
        }
    }

    @Test
    void morePromptThanContextIsWrongUsage() {
        Run run = bench("--prompt", "500", "--generate", "128");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("more than the model's context of"), run.err());
        assertEquals("", run.out());
    }
}
