// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.csv;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A table whose first row holds the headings (RFC 4180). Columns nobody asks for are no fault. */
public record CsvTable(List<String> headings, List<CsvRow> rows) {
    public CsvTable {
        headings = List.copyOf(headings);
        rows = List.copyOf(rows);
    }

    /**
     * Reads a whole file.
     *
     * @throws IllegalArgumentException when it is no table: empty, the same heading twice, a row longer than the headings,
     *     a quotation mark that is not closed; the message names the line
     */
    public static CsvTable parse(String text) {
        List<CsvParser.Split> all = new CsvParser(text).split();
        if (all.isEmpty()) {
            throw new IllegalArgumentException("the list is empty; its first row holds the headings");
        }
        List<String> headings =
                all.getFirst().cells().stream().map(String::strip).toList();
        if (new HashSet<>(headings).size() < headings.size()) {
            throw new IllegalArgumentException("line " + all.getFirst().line() + ": a heading stands there twice");
        }
        return new CsvTable(
                headings,
                all.stream().skip(1).map(split -> row(headings, split)).toList());
    }

    /**
     * Reads one row by itself, for those who keep the good rows of a list and tell what is wrong with the others.
     *
     * @param text a line without its end
     * @param line where it stands in the file
     * @throws IllegalArgumentException as {@link #parse} does, and when there is not exactly one row
     */
    public static CsvRow row(List<String> headings, String text, int line) {
        List<CsvParser.Split> rows = new CsvParser(text, line).split();
        if (rows.size() != 1) {
            throw new IllegalArgumentException("line " + line + ": " + rows.size() + " rows where one is expected");
        }
        return row(headings, rows.getFirst());
    }

    /** One line of a file, with its end; quoted where it must be. */
    public static String line(List<String> cells) {
        return cells.stream().map(CsvTable::quoted).collect(Collectors.joining(",", "", "\n"));
    }

    private static CsvRow row(List<String> headings, CsvParser.Split split) {
        if (split.cells().size() > headings.size()) {
            throw new IllegalArgumentException(
                    "line " + split.line() + ": " + split.cells().size() + " cells under " + headings.size()
                            + " headings; a text with a comma must stand in quotation marks");
        }
        Map<String, String> cells = new LinkedHashMap<>();
        for (int i = 0; i < split.cells().size(); i++) {
            cells.put(headings.get(i), split.cells().get(i));
        }
        return new CsvRow(split.line(), cells);
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
    }
}
