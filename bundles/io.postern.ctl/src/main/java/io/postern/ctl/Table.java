// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows under headings, aligned, cut to a width by shrinking the widest columns first. */
public final class Table {
    private static final Pattern FRACTION =
            Pattern.compile("(\\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\\.[0-9]+Z\\b");
    private static final String GAP = "  ";
    private static final int NARROWEST = 6; // room for a few letters and the ellipsis

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** @throws IllegalArgumentException when the number of cells is not the number of headings */
    public Table row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + headings.size() + " headings");
        }
        rows.add(Arrays.stream(cells).map(Table::printable).toList());
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines, headings first, none longer than {@code width} unless the columns cannot get that narrow. */
    List<String> lines(int width) {
        int[] widths = widths();
        while (total(widths) > width && shrinkWidest(widths)) {}
        List<String> lines = new ArrayList<>();
        lines.add(line(headings, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    /**
     * As people read it: times to the second ({@code --json} has the rest), and one line without control characters, for
     * what a device says must not steer the terminal.
     */
    public static String printable(String text) {
        return FRACTION.matcher(text)
                .replaceAll("$1Z")
                .codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** At most {@code width} characters, the last one an ellipsis when something is left out. */
    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }

    private int[] widths() {
        return IntStream.range(0, headings.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .reduce(headings.get(column).length(), Math::max))
                .toArray();
    }

    private static int total(int[] widths) {
        return Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1);
    }

    private static boolean shrinkWidest(int[] widths) {
        int widest = IntStream.range(0, widths.length).reduce(0, (a, b) -> widths[b] > widths[a] ? b : a);
        widths[widest]--;
        return widths[widest] > NARROWEST;
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(i -> pad(cut(cells.get(i), widths[i]), widths[i]))
                .collect(Collectors.joining(GAP))
                .stripTrailing();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
