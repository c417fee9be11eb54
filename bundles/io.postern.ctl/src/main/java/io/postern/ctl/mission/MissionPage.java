// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the tables of the mission page: the second column is what is promised, others go by their headings. */
final class MissionPage {
    static final Pattern ID = Pattern.compile("[A-Z]{3}-[0-9]{1,3}");

    private MissionPage() {}

    /** @throws IllegalArgumentException naming the row that stands twice or is cut short, or when there is none */
    static List<MissionRow> rows(String markdown) {
        List<MissionRow> rows = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        List<String> headings = List.of();
        for (String line : markdown.lines().toList()) {
            if (!line.startsWith("|")) {
                continue;
            }
            List<String> cells = cells(line);
            if (cells.getFirst().equals("id")) {
                headings = cells;
            } else if (ID.matcher(cells.getFirst()).matches()) {
                MissionRow row = row(cells, headings);
                if (!seen.add(row.id())) {
                    throw new IllegalArgumentException("the row " + row.id() + " stands twice on the mission page");
                }
                rows.add(row);
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("the mission page holds no row such as \"| DPS-12 | ... |\"");
        }
        return rows;
    }

    private static MissionRow row(List<String> cells, List<String> headings) {
        if (cells.size() < 2) {
            throw new IllegalArgumentException("the row " + cells.getFirst() + " of the mission page says nothing");
        }
        return new MissionRow(
                cells.getFirst(), cells.get(1), under("side", cells, headings), under("proof", cells, headings));
    }

    private static String under(String heading, List<String> cells, List<String> headings) {
        int column = headings.indexOf(heading);
        return column < 0 || column >= cells.size() ? "" : cells.get(column);
    }

    private static List<String> cells(String line) {
        String inner = line.substring(1, line.endsWith("|") && line.length() > 1 ? line.length() - 1 : line.length());
        return Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList();
    }
}
