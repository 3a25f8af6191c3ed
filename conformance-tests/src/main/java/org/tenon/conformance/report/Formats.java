package org.tenon.conformance.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.config.Config;
import org.tenon.conformance.suite.Judgement;
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
            Files.writeString(folder.resolve(NAME + ".html"), Page.html(report));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * JSON: {@code backend}, {@code device}, {@code profile}, {@code conforms}; {@code profiles}, how each profile stands, whichever was asked for, with
     * what is {@code missing} and {@code wrong}; {@code summary} with the numbers of {@code cases}, of
     * those of each standing, of {@code mutants} and those {@code killed}; {@code ops} with the same for each op and its types;
     * {@code runs} of a case that was run again; {@code faults}, {@code missing}, {@code unsupported}, {@code survivors}, {@code mutants_not_applicable}.
     *
     * @param report the report
     * @return the text
     */
    public static String json(Report report) {
        Config summary = counts(Config.object().with("cases", report.cases()), report::count)
                .with("mutants", report.mutants().size())
                .with("killed", report.killed());
        List<Config> ops = report.cells().stream()
                .map(cell -> counts(
                                Config.object()
                                        .with("op", cell.op())
                                        .with("types", cell.types())
                                        .with("cases", cell.cases())
                                        .with("claimed", cell.claimed()),
                                cell::count)
                        .with("worst_share_of_bound", cell.worst())
                        .with("milliseconds_per_case", cell.millisPerCase()))
                .toList();
        List<Config> runs = report.verdict().replayed().stream()
                .map(result -> Config.object()
                        .with("replay", result.id())
                        .with("status", result.outcome().status().name().toLowerCase(Locale.ROOT))
                        .with("message", result.outcome().message())
                        .with("worst_share_of_bound", result.outcome().worst()))
                .toList();
        List<Config> faults = report.faults().stream()
                .map(fault -> Config.object().with("replay", fault.token()).with("reason", fault.reason()))
                .toList();
        List<Config> profiles = report.verdict().judgements().stream()
                .map(judgement -> Config.object()
                        .with("profile", judgement.profile())
                        .with("verdict", judgement.standing().key())
                        .with("missing", judgement.missing())
                        .with("wrong", judgement.wrong()))
                .toList();
        return Json.text(Config.object()
                .with("backend", report.backend())
                .with("device", report.device())
                .with("profile", report.profile())
                .with("conforms", report.conforms())
                .with("profiles", profiles)
                .with("summary", summary)
                .with("ops", ops)
                .with("runs", runs)
                .with("faults", faults)
                .with("missing", report.verdict().missing())
                .with("unsupported", new LinkedHashMap<>(report.reasons()))
                .with("survivors", report.survivors())
                .with("mutants_not_applicable", report.notApplicable()));
    }

    private static Config counts(Config to, ToIntFunction<Standing> count) {
        Config counted = to;
        for (Standing standing : Standing.values()) {
            counted = counted.with(standing.key(), count.applyAsInt(standing));
        }
        return counted;
    }

    /**
     * Markdown: what was run, a table by op and types, what failed, what there is no kernel for.
     *
     * @param report the report
     * @return the text
     */
    public static String markdown(Report report) {
        String profiles = profiles(report).map(line -> "* " + line + "\n").collect(Collectors.joining());
        StringBuilder text =
                new StringBuilder("# Conformance of `" + report.backend() + "` on " + report.device() + "\n\n"
                        + sentence(report) + "\n\n"
                        + (profiles.isEmpty() ? "" : profiles + "\n") + "| "
                        + String.join(" | ", columns()) + " |\n| --- | --- |"
                        + " ---: |".repeat(columns().size() - 2) + "\n");
        for (Report.Cell cell : report.cells()) {
            text.append("| ").append(String.join(" | ", row(cell))).append(" |\n");
        }
        lists(report).forEach((title, items) -> {
            text.append("\n## ").append(title).append("\n\n");
            items.forEach(
                    item -> text.append("* ").append(item.replace("\n", " ")).append('\n'));
        });
        return text.toString();
    }

    /**
     * The outcome in a few sentences.
     *
     * @param report the report
     * @return whether it conforms, and how many cases there are of each standing
     */
    public static String sentence(Report report) {
        String standings = Stream.of(Standing.values())
                .map(standing -> report.count(standing) + " " + standing.title())
                .collect(Collectors.joining(", "));
        String mutants = report.mutants().isEmpty()
                ? ""
                : " Of " + report.mutants().size() + " mutants " + report.killed() + " were found.";
        return "Profile " + report.profile() + ": " + outcome(report) + ". " + report.cases() + " cases: " + standings
                + "." + mutants;
    }

    private static String outcome(Report report) {
        if (report.conforms()) {
            return Judgement.Standing.CONFORMS.title();
        }
        boolean elsewhere = report.verdict().judgements().stream()
                .anyMatch(each ->
                        each.profile().equals(report.profile()) && each.standing() == Judgement.Standing.CONFORMS);
        return elsewhere ? "conforms, but not all that was run is right" : Judgement.Standing.DOES_NOT_CONFORM.title();
    }

    /**
     * How each profile stands.
     *
     * @param report the report
     * @return a sentence for each; none where only a part of the suite was run and that says nothing
     */
    public static Stream<String> profiles(Report report) {
        return report.verdict().judgements().stream()
                .filter(each -> each.standing() != Judgement.Standing.NOT_JUDGED)
                .map(Judgement::sentence);
    }

    /**
     * What heads the table's columns.
     *
     * @return the titles; those after the second are of numbers
     */
    public static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("op", "types", "cases", "claimed"));
        Stream.of(Standing.values()).map(Standing::title).forEach(columns::add);
        columns.addAll(List.of("worst share of its bound", "ms per case"));
        return columns;
    }

    /**
     * A row of the table.
     *
     * @param cell an op with some types
     * @return a text for each column
     */
    public static List<String> row(Report.Cell cell) {
        List<String> row = new ArrayList<>(
                List.of(cell.op(), cell.types(), Integer.toString(cell.cases()), Integer.toString(cell.claimed())));
        Stream.of(Standing.values())
                .map(standing -> Integer.toString(cell.count(standing)))
                .forEach(row::add);
        row.add(String.format(Locale.ROOT, "%.3f", cell.worst()));
        row.add(String.format(Locale.ROOT, "%.2f", cell.millisPerCase()));
        return row;
    }

    /** What is listed below the table, by title; nothing that is empty. */
    static Map<String, List<String>> lists(Report report) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put(
                "Runs",
                report.verdict().replayed().stream()
                        .map(result -> result.id() + ": " + result.outcome().status() + ": "
                                + result.outcome().message())
                        .toList());
        lists.put(
                "Failures",
                report.faults().stream()
                        .map(fault -> fault.token() + ": " + fault.reason())
                        .toList());
        lists.put("Required, and not shown to be right", report.verdict().missing());
        lists.put("Mutants that no run found", report.survivors());
        lists.put(
                "Without a kernel, by reason",
                report.reasons().entrySet().stream()
                        .map(reason -> reason.getKey() + " (" + reason.getValue() + " runs)")
                        .toList());
        lists.put("Mutants that prove nothing here", report.notApplicable());
        lists.values().removeIf(List::isEmpty);
        return lists;
    }
}
