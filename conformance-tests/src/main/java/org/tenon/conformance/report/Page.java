package org.tenon.conformance.report;

import java.util.stream.Stream;
import org.tenon.conformance.suite.Verdict.Standing;

/** A report as one HTML file that needs no other. */
final class Page {
    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Tenon conformance</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
            table { border-collapse: collapse; } td, th { padding: .2rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }
            td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
            tr.bad td { background: #fdd; } code { white-space: pre-wrap; }
            </style>
            """;

    private Page() {}

    static String html(Report report) {
        StringBuilder text = new StringBuilder(HEAD)
                .append("<h1>Conformance of ")
                .append(escaped(report.backend() + " on " + report.device()))
                .append("</h1>\n<p>")
                .append(escaped(Formats.sentence(report)))
                .append("</p>\n<ul>\n");
        Formats.profiles(report)
                .forEach(line -> text.append("<li>").append(escaped(line)).append('\n'));
        text.append("</ul>\n<table>\n<tr>");
        Formats.columns().forEach(column -> text.append("<th>").append(column));
        text.append("</tr>\n");
        for (Report.Cell cell : report.cells()) {
            boolean bad = Stream.of(Standing.values()).anyMatch(each -> each.wrong() && cell.count(each) > 0);
            text.append(bad ? "<tr class=bad>" : "<tr>");
            Formats.row(cell).forEach(each -> text.append("<td>").append(escaped(each)));
            text.append("</tr>\n");
        }
        text.append("</table>\n");
        Formats.lists(report).forEach((title, items) -> {
            text.append("<h2>").append(title).append("</h2>\n<ul>\n");
            items.forEach(
                    item -> text.append("<li><code>").append(escaped(item)).append("</code>\n"));
            text.append("</ul>\n");
        });
        return text.append("</html>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
