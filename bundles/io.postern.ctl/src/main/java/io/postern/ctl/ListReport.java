// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.csv.CsvTable;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** What became of the rows of a list: counts, the first errors, and a file with all rows that were left out. */
final class ListReport {
    private static final int SHOWN = 5; // errors a person reads before opening the file

    private final String shipment;
    private final Path file;
    private final List<JsonObject> bad = new ArrayList<>();
    private int rows;
    private int added;
    private int updated;
    private int unchanged;

    ListReport(String shipment, Path file) {
        this.shipment = shipment;
        this.file = file;
    }

    void add(JsonObject part) {
        rows += part.getInt("rows");
        added += part.getInt("added");
        updated += part.getInt("updated");
        unchanged += part.getInt("unchanged");
        part.getJsonArray("bad").stream().map(JsonValue::asJsonObject).forEach(bad::add);
    }

    /** Tells it and answers the exit code: 1 when rows were left out. */
    int tell(Output output, boolean json) throws IOException {
        Optional<Path> badRows = bad.isEmpty() ? Optional.empty() : Optional.of(writeBadRows());
        if (json) {
            output.json(toJson(badRows));
        } else {
            output.line(shipment + ": "
                    + String.format(
                            Locale.ROOT,
                            "%,d rows, %,d added, %,d updated, %,d unchanged, %,d left out.",
                            rows,
                            added,
                            updated,
                            unchanged,
                            bad.size()));
            bad.stream().limit(SHOWN).forEach(row -> output.line("  " + sentence(row)));
            badRows.ifPresent(path -> output.out()
                    .println((bad.size() > SHOWN ? "  and " + (bad.size() - SHOWN) + " more. " : "")
                            + "All that was left out stands in " + path));
        }
        return bad.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private JsonObject toJson(Optional<Path> badRows) {
        var list = Json.array();
        bad.forEach(list::add);
        var json = Json.object()
                .add("rows", rows)
                .add("added", added)
                .add("updated", updated)
                .add("unchanged", unchanged)
                .add("bad", list);
        badRows.ifPresent(path -> json.add("badRowsFile", path.toString()));
        return json.build();
    }

    private Path writeBadRows() throws IOException {
        String name = String.valueOf(file.getFileName()).replaceFirst("(?i)\\.csv$", "") + ".bad.csv";
        var text = new StringBuilder(CsvTable.line(List.of("line", "column", "error", "row")));
        bad.forEach(row -> text.append(CsvTable.line(List.of(
                Integer.toString(row.getInt("line")),
                row.getString("column"),
                row.getString("error"),
                row.getString("row")))));
        return Files.writeString(file.resolveSibling(name), text);
    }

    private static String sentence(JsonObject row) {
        String column = row.getString("column");
        return "line " + row.getInt("line") + (column.isEmpty() ? "" : ", " + column) + ": "
                + Table.printable(row.getString("error"));
    }
}
