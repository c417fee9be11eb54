// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.csv.CsvRow;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Enrolls a list of devices, ten to a call. Each row stands alone: what is wrong with one does not stop the others. */
final class EnrollmentImport {
    private static final int AT_ONCE = 10; // spec: the service's bulk limit
    private static final int EXISTS = 409; // the first three digits of an error code are its HTTP status

    /** What became of a row. */
    sealed interface Result {
        int line();

        record Enrolled(int line, RegistrationId id) implements Result {}

        /** Somebody of that name was enrolled before and is left as it is. */
        record Known(int line, RegistrationId id) implements Result {}

        record Refused(int line, String reason) implements Result {}
    }

    private final Enrollments enrollments;
    private final boolean keysForTheRest;
    private final Map<RegistrationId, Integer> lines = new HashMap<>();

    /** @param keysForTheRest whether the service makes keys for a row without any proof */
    EnrollmentImport(Enrollments enrollments, boolean keysForTheRest) {
        this.enrollments = enrollments;
        this.keysForTheRest = keysForTheRest;
    }

    /** @param results told of each row, in the order of the list within one call */
    void run(List<CsvRow> rows, Consumer<Result> results) throws ServiceException {
        Map<RegistrationId, NewEnrollment> next = new LinkedHashMap<>();
        for (CsvRow row : rows) {
            try {
                NewEnrollment wanted = ImportedRow.parse(row, keysForTheRest);
                Integer before = lines.putIfAbsent(wanted.registrationId(), row.line());
                if (before == null) {
                    next.put(wanted.registrationId(), wanted);
                } else {
                    results.accept(new Result.Refused(
                            row.line(), wanted.registrationId() + " stands in line " + before + " already"));
                }
            } catch (IllegalArgumentException e) {
                results.accept(new Result.Refused(row.line(), String.valueOf(e.getMessage())));
            }
            if (next.size() == AT_ONCE) {
                send(next, results);
            }
        }
        if (!next.isEmpty()) {
            send(next, results);
        }
    }

    private void send(Map<RegistrationId, NewEnrollment> some, Consumer<Result> results) throws ServiceException {
        Map<RegistrationId, JsonObject> errors = enrollments.createAll(new ArrayList<>(some.values()));
        for (RegistrationId id : some.keySet()) {
            int line = lines.getOrDefault(id, 0);
            JsonObject error = errors.get(id);
            if (error == null) {
                results.accept(new Result.Enrolled(line, id));
            } else if (error.getInt("errorCode", 0) / 1000 == EXISTS) {
                results.accept(new Result.Known(line, id));
            } else {
                results.accept(
                        new Result.Refused(line, Json.text(error, "errorStatus").orElse(error.toString())));
            }
        }
        some.clear();
    }
}
