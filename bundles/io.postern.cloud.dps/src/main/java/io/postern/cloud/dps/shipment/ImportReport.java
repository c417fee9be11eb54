// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/** What became of the rows of a file, or of a part of one. */
public record ImportReport(long rows, long added, long updated, long unchanged, List<BadRow> bad) {
    public ImportReport {
        bad = List.copyOf(bad);
    }

    public JsonObject toJson() {
        var list = Json.array();
        bad.forEach(row -> list.add(row.toJson()));
        return Json.object()
                .add("rows", rows)
                .add("added", added)
                .add("updated", updated)
                .add("unchanged", unchanged)
                .add("bad", list)
                .build();
    }

    /** The rows that were left out, each with its reason. */
    public String badRowsCsv() {
        return BadRow.CSV_HEADINGS + bad.stream().map(BadRow::toCsv).collect(Collectors.joining());
    }
}
