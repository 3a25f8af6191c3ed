package org.tenon.conformance.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tenon.api.config.Config;
import org.tenon.conformance.suite.Judgement;
import org.tenon.conformance.suite.Verdict.Standing;

/**
 * A page that tells which profiles each backend conforms to and what it has kernels for, made of reports in JSON: a section for each backend, between two comments that name
 * it. It is about ops alone, and holds no number that differs from machine to machine, or when a case is added.
 */
public final class BackendsPage {
    private BackendsPage() {}

    /**
     * Puts a report's section in its place.
     *
     * @param page the page as it is
     * @param report a report in JSON
     * @return the page with that section new; at its end where it had none
     */
    public static String with(String page, Config report) {
        String begin = "<!-- begin " + report.text("backend") + " -->\n";
        String end = "<!-- end " + report.text("backend") + " -->\n";
        String section = begin + section(report) + end;
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        return from < 0 || to < from
                ? page + "\n" + section
                : page.substring(0, from) + section + page.substring(to + end.length());
    }

    private static String section(Config report) {
        Map<String, Map<Way, Set<String>>> ways = new TreeMap<>();
        for (Config cell : report.list("ops")) {
            if (cell.text("op").contains(":")) {
                continue; // a law, or what else isn't an op
            }
            Map<Way, Set<String>> op = ways.computeIfAbsent(cell.text("op"), _ -> new TreeMap<>());
            for (Standing standing : Standing.values()) {
                if (cell.integer(standing.key()) > 0) {
                    op.computeIfAbsent(Way.of(standing), _ -> new LinkedHashSet<>())
                            .add("`" + cell.text("types") + "`");
                }
            }
        }
        StringBuilder text = new StringBuilder("## " + report.text("backend") + "\n\n");
        for (Config profile : report.list("profiles")) {
            Judgement judgement = new Judgement(
                    profile.text("profile"),
                    Judgement.Standing.of(profile.text("verdict")),
                    texts(profile, "missing"),
                    texts(profile, "wrong"));
            text.append("* ").append(judgement.sentence()).append('\n');
        }
        text.append("\n| | native | opened up | unsupported | wrong |\n| --- | --- | --- | --- | --- |\n");
        ways.forEach((op, types) -> {
            text.append("| ").append(op);
            for (Way way : Way.values()) {
                text.append(" | ").append(String.join(", ", types.getOrDefault(way, Set.of())));
            }
            text.append(" |\n");
        });
        return text.toString();
    }

    private static List<String> texts(Config tree, String key) {
        return tree.list(key).stream().map(Config::asText).toList();
    }

    /** A column of the page. */
    private enum Way {
        NATIVE,
        OPENED_UP,
        UNSUPPORTED,
        WRONG;

        static Way of(Standing standing) {
            return switch (standing) {
                case PASSED -> NATIVE;
                case DECOMPOSED -> OPENED_UP;
                case UNSUPPORTED -> UNSUPPORTED;
                case FAILED, CRASHED, TIMED_OUT -> WRONG;
            };
        }
    }
}
