// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.ImportMode;
import io.postern.cloud.hub.RegistryBulk;
import io.postern.cloud.hub.RegistryExport;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The registry as lines of JSON, one device each; what is in memory at once does not grow with the registry. */
public final class RegistryLines {
    /** Octets after which a page ends; one answer's worth. */
    private static final int PAGE = 1 << 20;

    private RegistryLines() {}

    /**
     * Part of an export.
     *
     * @param next behind which device the next page starts; empty at the end
     */
    public record Page(String lines, Optional<String> next) {}

    /** About 1 MB of lines, at least one device when there is one. */
    public static Page page(RegistryExport export, String after, boolean withKeys) {
        var lines = new StringBuilder();
        String last = after;
        while (lines.length() < PAGE) {
            List<RegistryExport.Entry> entries = export.page(last);
            for (RegistryExport.Entry entry : entries) {
                lines.append(RecordJson.of(entry, withKeys)).append('\n');
            }
            if (entries.size() < RegistryExport.LARGEST_PAGE) {
                return new Page(lines.toString(), Optional.empty());
            }
            last = entries.getLast().identity().deviceId().text();
        }
        return new Page(lines.toString(), Optional.of(last));
    }

    /** What became of the lines of one request. */
    public record Imported(long lines, long done, List<RecordBatch.Flaw> flaws) {
        public JsonObject toJson() {
            var errors = Json.array();
            flaws.forEach(flaw -> errors.add(flaw.lineJson()));
            return Json.object()
                    .add("lines", lines)
                    .add("done", done)
                    .add("errors", errors)
                    .build();
        }
    }

    /**
     * Takes lines in, in their order. Empty ones are passed over, bad ones told of.
     *
     * @param text bounded by the caller
     * @param first what the first line is counted as
     */
    public static Imported take(RegistryBulk bulk, InputStream text, long first) {
        List<RecordBatch.Flaw> flaws = new ArrayList<>();
        long done = 0;
        var lines = new LineReader(text, RecordBatch.LONGEST_LINE, first);
        try {
            for (RecordBatch batch = next(lines); !batch.isEmpty(); batch = next(lines)) {
                RecordBatch.Report report = batch.apply(bulk);
                done += report.done();
                flaws.addAll(report.flaws());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("lines in memory cannot be read", e);
        }
        return new Imported(lines.next() - first, done, flaws);
    }

    /** The next records of a file; empty at its end. */
    static RecordBatch next(LineReader lines) throws IOException {
        var batch = new RecordBatch(ImportMode.CREATE_OR_UPDATE);
        while (!batch.isFull()) {
            Optional<LineReader.Line> line = lines.read();
            if (line.isEmpty()) {
                break;
            }
            switch (line.get()) {
                case LineReader.Text(long number, String text) -> {
                    if (!text.isBlank()) {
                        batch.addLine(number, text);
                    }
                }
                case LineReader.TooLong(long number) ->
                    batch.addFlaw(number, "a line has at most " + RecordBatch.LONGEST_LINE + " bytes");
            }
        }
        return batch;
    }
}
