// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.ImportMode;
import io.postern.cloud.hub.RegistryBulk;
import io.postern.cloud.hub.RegistryBulk.Done;
import io.postern.cloud.hub.RegistryBulk.Refused;
import io.postern.cloud.hub.RegistryBulk.Result;
import io.postern.cloud.hub.RegistryRecord;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Up to {@link RegistryBulk#MOST} records that go into the registry with one commit. Those that cannot be read stop no others. */
public final class RecordBatch {
    /** The longest line of an import: a twin of the largest size, escaped, with its metadata, and the identity. */
    public static final int LONGEST_LINE = 256 * 1024;

    private static final int DUPLICATE = 400_011;

    /** One record and where it stood: an index in an array, or a line of a file, from 1. */
    private record Entry(long place, String id, Optional<RegistryRecord> record, Optional<Refused> flaw) {}

    /** What was wrong with one record. */
    public record Flaw(long place, String id, Refused refusal) {
        /** As an entry of a bulk answer; with the line for a file. */
        JsonObjectBuilder toJson() {
            return Json.object()
                    .add("deviceId", Shown.of(id))
                    .add("errorCode", refusal.code())
                    .add("errorStatus", refusal.name() + ";" + refusal.text());
        }

        public JsonObject lineJson() {
            return Json.object().add("line", place).addAll(toJson()).build();
        }
    }

    /** What became of the batch. */
    public record Report(int done, List<Flaw> flaws) {
        /** spec: REST 2021-04-12, BulkRegistryOperationResult */
        public JsonObject toJson() {
            var errors = Json.array();
            flaws.forEach(flaw -> errors.add(flaw.toJson()));
            return Json.object()
                    .add("isSuccessful", flaws.isEmpty())
                    .add("errors", errors)
                    .add("warnings", Json.array())
                    .build();
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final ImportMode standard;

    /** @param standard what a record that names no mode asks for */
    public RecordBatch(ImportMode standard) {
        this.standard = standard;
    }

    /** The records of one request. A device that stands there twice is refused wherever it stands: none of them is meant. */
    public static RecordBatch of(JsonArray records, ImportMode standard) {
        var batch = new RecordBatch(standard);
        for (int i = 0; i < records.size(); i++) {
            batch.add(i, records.get(i));
        }
        batch.refuseDuplicates();
        return batch;
    }

    /** Adds a line of a file. */
    public void addLine(long line, String text) {
        JsonValue value;
        try {
            value = Json.parse(text);
        } catch (IllegalArgumentException e) {
            entries.add(flawed(line, "", String.valueOf(e.getMessage())));
            return;
        }
        add(line, value);
    }

    /** Adds a line of a file that is not worth reading. */
    public void addFlaw(long line, String text) {
        entries.add(flawed(line, "", text));
    }

    public boolean isFull() {
        return entries.size() >= RegistryBulk.MOST;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    public Report apply(RegistryBulk bulk) {
        return apply(bulk, (_, _) -> {});
    }

    /** What is written down with the records, in the same transaction. */
    @FunctionalInterface
    interface Besides {
        void write(Connection connection, Report report) throws SQLException;
    }

    Report apply(RegistryBulk bulk, Besides besides) {
        List<RegistryRecord> good =
                entries.stream().flatMap(entry -> entry.record().stream()).toList();
        return report(bulk.apply(good, (c, results) -> besides.write(c, report(results))));
    }

    private Report report(List<Result> ofGood) {
        Iterator<Result> results = ofGood.iterator();
        List<Flaw> flaws = new ArrayList<>();
        for (Entry entry : entries) {
            Result result = entry.flaw().<Result>map(flaw -> flaw).orElseGet(results::next);
            switch (result) {
                case Done _ -> {}
                case Refused refused -> flaws.add(new Flaw(entry.place(), entry.id(), refused));
            }
        }
        return new Report(entries.size() - flaws.size(), flaws);
    }

    private void add(long place, JsonValue value) {
        String id = value instanceof JsonObject object ? Json.text(object, "id").orElse("") : "";
        if (!(value instanceof JsonObject object)) {
            entries.add(flawed(place, id, "a record is a JSON object"));
            return;
        }
        try {
            entries.add(new Entry(place, id, Optional.of(RecordJson.parse(object, standard)), Optional.empty()));
        } catch (IllegalArgumentException e) {
            entries.add(flawed(place, id, String.valueOf(e.getMessage())));
        }
    }

    private void refuseDuplicates() {
        Map<DeviceId, Integer> seen = new HashMap<>();
        entries.forEach(entry -> entry.record().ifPresent(r -> seen.merge(r.deviceId(), 1, Integer::sum)));
        entries.replaceAll(entry -> entry.record()
                        .filter(r -> seen.getOrDefault(r.deviceId(), 0) > 1)
                        .isPresent()
                ? new Entry(
                        entry.place(),
                        entry.id(),
                        Optional.empty(),
                        Optional.of(new Refused(
                                DUPLICATE,
                                "DeviceDefinedMultipleTimes",
                                "device " + Shown.of(entry.id()) + " stands in this request more than once")))
                : entry);
    }

    private static Entry flawed(long place, String id, String text) {
        return new Entry(place, id, Optional.empty(), Optional.of(new Refused(400_004, "ArgumentInvalid", text)));
    }
}
