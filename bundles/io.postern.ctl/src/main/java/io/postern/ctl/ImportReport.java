// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.ctl.EnrollmentImport.Result;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import picocli.CommandLine.ExitCode;

/** Tells what became of each row of a list: refusals as they come, and the sum of it at the end. */
final class ImportReport {
    private final Path file;
    private final Output output;
    private final boolean json;
    private final JsonArrayBuilder rows = Json.array();
    private int enrolled;
    private int known;
    private int refused;

    ImportReport(Path file, Output output, boolean json) {
        this.file = file;
        this.output = output;
        this.json = json;
    }

    void add(Result result) {
        switch (result) {
            case Result.Enrolled(int line, var id) -> {
                enrolled++;
                rows.add(row(line, "enrolled", id.text()));
            }
            case Result.Known(int line, var id) -> {
                known++;
                rows.add(row(line, "enrolledBefore", id.text()));
            }
            case Result.Refused(int line, String reason) -> {
                refused++;
                rows.add(row(line, "refused", reason));
                output.err().println(file + ":" + line + ": " + reason);
            }
        }
    }

    /** The exit code: 1 when a row was refused. */
    int finish() {
        if (json) {
            output.json(rows.build());
        } else {
            output.out()
                    .println(enrolled + " enrolled, " + known + " enrolled before and left as they are, " + refused
                            + " refused.");
        }
        return refused == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static JsonObject row(int line, String result, String text) {
        return Json.object()
                .add("line", line)
                .add("result", result)
                .add(result.equals("refused") ? "reason" : "registrationId", text)
                .build();
    }
}
