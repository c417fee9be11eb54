// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.csv.CsvTable;
import jakarta.json.JsonObject;
import java.util.List;

/**
 * A row of a file that was left out.
 *
 * @param line counted from 1, the header is line 1
 * @param column what it is called in the header; empty when the row as a whole is wrong
 * @param row as it stands in the file
 */
public record BadRow(long line, String column, String error, String row) {
    /** The headings of {@link #toCsv}. */
    static final String CSV_HEADINGS = CsvTable.line(List.of("line", "column", "error", "row"));

    public JsonObject toJson() {
        return Json.object()
                .add("line", line)
                .add("column", column)
                .add("error", error)
                .add("row", row)
                .build();
    }

    String toCsv() {
        return CsvTable.line(List.of(Long.toString(line), column, error, row));
    }

    /** For the log. */
    @Override
    public String toString() {
        return "line " + line + (column.isEmpty() ? "" : ", " + column) + ": " + Shown.of(error);
    }
}
