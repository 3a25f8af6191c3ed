package org.tenon.conformance.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.tenon.api.config.Config;
import org.tenon.conformance.suite.Verdict.Standing;
import org.tenon.models.checkpoint.Json;

/** A report for scripts (JSON) and for people (Markdown, HTML). */
public final class Formats {
    private static final String NAME = "conformance-report";

    private Formats() {}

    /**
     * Writes all three.
     *
     * @param report the report
     * @param folder where; made when it isn't there
     * @throws UncheckedIOException when a file can't be written
     */
    public static void write(Report report, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(NAME + ".json"), json(report) + "\n");
            Files.writeString(folder.resolve(NAME + ".md"), markdown(report));
            Files.writeString(folder.resolve(NAME + ".html"), html(report));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * JSON: {@code backend}, {@code device}, {@code profile}, {@code conforms}, {@code summary} with the number of cases of each standing,
     * {@code ops} with the same for each op and type, {@code faults}, {@code missing}, {@code unsupported}.
     *
     * @param report the report
     * @return the text
     */
    public static String json(Report report) {
        Config summary = counts(Config.object().with("cases", report.cases()), report::count);
        List<Config> ops = report.lines().stream()
                .map(line -> counts(Config.object().with("op", line.op()).with("activations", line.type()), line::count)
                        .with("worst_share_of_bound", line.worst())
                        .with("seconds", line.nanos() / 1e9))
                .toList();
        return Json.text(Config.object()
                .with("backend", report.verdict().suite().provider().name())
                .with("device", report.device())
                .with("profile", report.verdict().suite().profile().name())
                .with("conforms", report.verdict().conforms())
                .with("summary", summary)
                .with("ops", ops)
                .with("faults", report.faults())
                .with("missing", report.verdict().missing())
                .with("unsupported", new LinkedHashMap<>(report.reasons())));
    }

    private static Config counts(Config to, ToIntFunction<Standing> count) {
        Config counted = to;
        for (Standing standing : Standing.values()) {
            counted = counted.with(standing.name().toLowerCase(Locale.ROOT), count.applyAsInt(standing));
        }
        return counted;
    }

    /**
     * Markdown: what was run, a table by op, what failed, what there is no kernel for.
     *
     * @param report the report
     * @return the text
     */
    public static String markdown(Report report) {
        StringBuilder text =
                new StringBuilder("# Conformance of " + title(report) + "\n\n" + sentence(report) + "\n\n");
        text.append("| op | activations | cases | native | decomposed | unsupported | failed | crashed | timed out")
                .append(" | worst share of its bound | seconds |\n| --- | --- |")
                .append(" ---: |".repeat(9))
                .append("\n");
        for (Report.Line line : report.lines()) {
            text.append("| ").append(String.join(" | ", cells(line))).append(" |\n");
        }
        list(text, "Failures", report.faults());
        list(text, "Required, and not shown to be right", report.verdict().missing());
        list(text, "Without a kernel, by reason", reasons(report));
        return text.toString();
    }

    private static List<String> reasons(Report report) {
        return report.reasons().entrySet().stream()
                .map(reason -> reason.getKey() + " (" + reason.getValue() + " runs)")
                .toList();
    }

    private static void list(StringBuilder text, String title, List<String> items) {
        if (!items.isEmpty()) {
            text.append("\n## ").append(title).append("\n\n");
            items.forEach(
                    item -> text.append("* ").append(item.replace("\n", " ")).append('\n'));
        }
    }

    private static String title(Report report) {
        return "`" + report.verdict().suite().provider().name() + "` on " + report.device();
    }

    private static String sentence(Report report) {
        return "Profile " + report.verdict().suite().profile().name() + ": "
                + (report.verdict().conforms() ? "conforms" : "does not conform") + ". " + report.cases() + " cases, "
                + report.count(Standing.PASSED) + " passed on the backend's own kernels, "
                + report.count(Standing.DECOMPOSED) + " opened up into simpler ops, "
                + report.count(Standing.UNSUPPORTED) + " unsupported, " + report.count(Standing.FAILED) + " failed, "
                + report.count(Standing.CRASHED) + " crashed, " + report.count(Standing.TIMED_OUT) + " timed out.";
    }

    private static List<String> cells(Report.Line line) {
        int cases = line.cases().values().stream().mapToInt(Integer::intValue).sum();
        return List.of(
                line.op(),
                line.type(),
                Integer.toString(cases),
                Integer.toString(line.count(Standing.PASSED)),
                Integer.toString(line.count(Standing.DECOMPOSED)),
                Integer.toString(line.count(Standing.UNSUPPORTED)),
                Integer.toString(line.count(Standing.FAILED)),
                Integer.toString(line.count(Standing.CRASHED)),
                Integer.toString(line.count(Standing.TIMED_OUT)),
                String.format(Locale.ROOT, "%.3f", line.worst()),
                String.format(Locale.ROOT, "%.2f", line.nanos() / 1e9));
    }

    /**
     * HTML: the same as the Markdown, in one file that needs no other.
     *
     * @param report the report
     * @return the text
     */
    public static String html(Report report) {
        StringBuilder text = new StringBuilder("""
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Tenon conformance</title>
                <style>
                body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
                table { border-collapse: collapse; } td, th { padding: .2rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }
                td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
                tr.bad td { background: #fdd; } code { white-space: pre-wrap; }
                </style>
                """);
        text.append("<h1>Conformance of ")
                .append(escaped(title(report).replace("`", "")))
                .append("</h1>\n<p>");
        text.append(escaped(sentence(report)))
                .append("</p>\n<table>\n<tr><th>op<th>activations<th>cases<th>native")
                .append(
                        "<th>decomposed<th>unsupported<th>failed<th>crashed<th>timed out<th>worst share<th>seconds</tr>\n");
        for (Report.Line line : report.lines()) {
            boolean bad =
                    line.count(Standing.FAILED) + line.count(Standing.CRASHED) + line.count(Standing.TIMED_OUT) > 0;
            text.append(bad ? "<tr class=bad>" : "<tr>");
            cells(line).forEach(cell -> text.append("<td>").append(escaped(cell)));
            text.append("</tr>\n");
        }
        text.append("</table>\n");
        section(text, "Failures", report.faults());
        section(text, "Required, and not shown to be right", report.verdict().missing());
        section(text, "Without a kernel, by reason", reasons(report));
        return text.append("</html>\n").toString();
    }

    private static void section(StringBuilder text, String title, List<String> items) {
        if (!items.isEmpty()) {
            text.append("<h2>").append(title).append("</h2>\n<ul>\n");
            items.forEach(
                    item -> text.append("<li><code>").append(escaped(item)).append("</code>\n"));
            text.append("</ul>\n");
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
