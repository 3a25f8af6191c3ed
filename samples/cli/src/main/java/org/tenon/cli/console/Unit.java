package org.tenon.cli.console;

import java.util.Locale;

/** What things are counted in. */
public enum Unit {
    /** Bytes, in powers of 1000, as the makers of disks and the publishers of models count. */
    BYTES("B"),
    /** Things without a unit: parameters, operations, steps. */
    COUNT("");

    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

    private final String name;

    Unit(String name) {
        this.name = name;
    }

    /**
     * A whole number of the unit as text.
     *
     * @param value the number
     * @return the text
     */
    public String text(long value) {
        return text((double) value);
    }

    /**
     * A number with three or four significant digits, as in {@code 2.47 GB}.
     *
     * @param value the number, zero or more
     * @return its text
     */
    public String text(double value) {
        double scaled = value;
        int prefix = 0;
        while (scaled >= 999.5 && prefix < PREFIXES.length - 1) {
            scaled /= 1000;
            prefix++;
        }
        String unit = PREFIXES[prefix] + name;
        int digits = prefix == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f", scaled) + (unit.isEmpty() ? "" : " " + unit);
    }
}
