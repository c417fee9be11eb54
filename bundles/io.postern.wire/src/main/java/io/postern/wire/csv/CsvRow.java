// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.csv;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One row under the headings of its table.
 *
 * @param line where it begins in the file, counted from 1: what a message about it names
 * @param cells by heading, in the table's order
 */
public record CsvRow(int line, Map<String, String> cells) {
    public CsvRow {
        cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
    }

    /** The text under {@code heading} without blanks around it; empty when the column or the text is missing. */
    public Optional<String> text(String heading) {
        return Optional.ofNullable(cells.get(heading)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** @throws IllegalArgumentException naming the heading under which nothing stands */
    public String require(String heading) {
        return text(heading)
                .orElseThrow(() -> new IllegalArgumentException("nothing stands under \"" + heading + "\""));
    }
}
