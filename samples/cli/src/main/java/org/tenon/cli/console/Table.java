package org.tenon.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of cells that stand below one another. */
public final class Table {
    private static final String GAP = "  ";

    /** What {@link Style} puts around a text takes no room. */
    private static final Pattern COLOURS = Pattern.compile("\u001b\\[\\d+m");

    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    private Table(boolean[] right) {
        this.right = right;
    }

    /**
     * An empty table.
     *
     * @param columns a letter for each column: {@code l} where text begins on the left, {@code r} for numbers, which end on the right
     * @return the table
     */
    public static Table of(String columns) {
        boolean[] right = new boolean[columns.length()];
        for (int i = 0; i < right.length; i++) {
            right[i] = columns.charAt(i) == 'r';
        }
        return new Table(right);
    }

    /**
     * Adds a row.
     *
     * @param cells its cells; those at the end may be left out
     * @return this table
     */
    public Table row(String... cells) {
        if (cells.length > right.length) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + right.length + " columns");
        }
        rows.add(cells.clone());
        return this;
    }

    /** {@return the lines, without blanks at their ends} */
    public List<String> lines() {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], width(row[i]));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String blanks = " ".repeat(widths[i] - width(row[i]));
            line.append(i == 0 ? "" : GAP).append(right[i] ? blanks + row[i] : row[i] + blanks);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String cell) {
        String seen = COLOURS.matcher(cell).replaceAll("");
        return seen.codePointCount(0, seen.length());
    }

    /**
     * Prints the table.
     *
     * @param console where
     */
    public void print(Console console) {
        lines().forEach(console::println);
    }
}
