package org.tenon.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tenon.conformance.report.BackendsPage;
import org.tenon.conformance.report.Formats;
import org.tenon.conformance.report.Report;
import org.tenon.models.checkpoint.Json;

/** The page of what Tenon's backends have kernels for. */
final class PublishedPage {
    private static final Path FILE = Path.of("../docs/backends.md");

    private PublishedPage() {}

    /** Fails unless it says what a report says. */
    static void holds(Report report) {
        try {
            String text = Files.readString(FILE);
            assertEquals(
                    BackendsPage.with(
                            text, Json.parse("the report", Formats.json(report).getBytes(UTF_8))),
                    text,
                    "docs/backends.md is stale: it says itself by which command it is made");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
