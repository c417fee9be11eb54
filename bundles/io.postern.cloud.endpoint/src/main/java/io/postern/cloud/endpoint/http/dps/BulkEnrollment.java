// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.Enrollments;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Optional;

/** Several enrollments in one request. Each stands alone: what is wrong with one does not stop the others. */
final class BulkEnrollment {
    private static final int MOST = 10; // spec: the hosted service's bulk limit

    /** Why one entry was not taken. */
    private record Flaw(int code, String text) {}

    private interface Mode {
        Optional<Flaw> apply(JsonObject enrollment);
    }

    private final Enrollments enrollments;

    BulkEnrollment(Enrollments enrollments) {
        this.enrollments = enrollments;
    }

    JsonObject run(JsonObject body) {
        Mode mode = mode(Json.requireText(body, "mode"));
        if (!(body.get("enrollments") instanceof JsonArray entries) || entries.size() > MOST) {
            throw new IllegalArgumentException(
                    "the member \"enrollments\" is an array of at most " + MOST + " entries");
        }
        return enrollments.together(() -> apply(mode, entries));
    }

    private JsonObject apply(Mode mode, JsonArray entries) {
        var errors = Json.array();
        boolean successful = true;
        for (JsonValue value : entries) {
            JsonObject entry = value instanceof JsonObject object ? object : JsonValue.EMPTY_JSON_OBJECT;
            Optional<Flaw> flaw = attempt(mode, entry);
            if (flaw.isPresent()) {
                successful = false;
                errors.add(Json.object()
                        .add(
                                "registrationId",
                                Shown.of(Json.text(entry, "registrationId").orElse("")))
                        .add("errorCode", flaw.get().code())
                        .add("errorStatus", flaw.get().text()));
            }
        }
        return Json.object()
                .add("isSuccessful", successful)
                .add("errors", errors)
                .build();
    }

    private Mode mode(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "create" -> this::create;
            case "update" -> entry -> update(entry, IfMatch.ANY);
            case "updateifmatchetag" -> entry -> update(entry, etag(entry));
            case "delete" -> this::delete;
            default ->
                throw new IllegalArgumentException(
                        "mode is create, update, updateIfMatchETag or delete, not \"" + Shown.of(text) + "\"");
        };
    }

    private static Optional<Flaw> attempt(Mode mode, JsonObject entry) {
        try {
            return mode.apply(entry);
        } catch (IllegalArgumentException e) {
            return Optional.of(new Flaw(400_004, String.valueOf(e.getMessage())));
        }
    }

    private Optional<Flaw> create(JsonObject entry) {
        return switch (enrollments.create(enrollments.parse(entry))) {
            case EntryReply.Stored _ -> Optional.empty();
            case EntryReply.AlreadyExists _ -> Optional.of(new Flaw(409_001, "EnrollmentAlreadyExists"));
        };
    }

    private Optional<Flaw> update(JsonObject entry, IfMatch condition) {
        return switch (enrollments.update(enrollments.parse(entry), condition)) {
            case EntryReply.Stored _ -> Optional.empty();
            case EntryReply.NotFound _ -> Optional.of(new Flaw(404_002, "EnrollmentNotFound"));
            case EntryReply.EtagMismatch _ -> Optional.of(new Flaw(412_001, "PreconditionFailed"));
        };
    }

    private Optional<Flaw> delete(JsonObject entry) {
        IfMatch condition = Json.text(entry, "etag")
                .filter(text -> !text.isBlank())
                .map(IfMatch::parse)
                .orElse(IfMatch.ANY);
        return switch (enrollments.delete(RegistrationId.of(Json.requireText(entry, "registrationId")), condition)) {
            case EntryReply.Deleted _ -> Optional.empty();
            case EntryReply.NotFound _ -> Optional.of(new Flaw(404_002, "EnrollmentNotFound"));
            case EntryReply.EtagMismatch _ -> Optional.of(new Flaw(412_001, "PreconditionFailed"));
        };
    }

    private static IfMatch etag(JsonObject entry) {
        return IfMatch.parse(Json.requireText(entry, "etag"));
    }
}
