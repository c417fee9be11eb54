// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * The two halves of being provisioned, told apart so that a person sees which one is missing (DPS-02): a device is
 * registered when it has been given a hub, and configured when it has fetched its twin there or reported to it.
 */
final class Halves {
    private static final String OURS = "postern";

    private Halves() {}

    /** A registration record with both halves first, each in a sentence. */
    static JsonObject of(JsonObject record) {
        var shown = Json.object()
                .add("registered", registered(record))
                .add("configured", configured(Json.object(record, OURS)));
        record.forEach((name, value) -> {
            if (!name.equals(OURS)) {
                shown.add(name, value);
            }
        });
        return shown.build();
    }

    private static String registered(JsonObject record) {
        return Json.text(record, "assignedHub")
                .map(hub -> "yes, in " + hub)
                .orElse("no, " + Json.text(record, "status").orElse("without a hub"));
    }

    private static String configured(Optional<JsonObject> ours) {
        JsonValue told = ours.map(member -> member.getOrDefault("configured", JsonValue.NULL))
                .orElse(JsonValue.NULL);
        return switch (told.getValueType()) {
            case TRUE ->
                "yes, since "
                        + ours.flatMap(member -> Json.text(member, "configuredDateTimeUtc"))
                                .orElse("it was assigned");
            case FALSE -> "no, it has neither fetched its twin nor reported to it since it was assigned";
            case NULL, ARRAY, OBJECT, STRING, NUMBER -> "unknown, its hub did not tell";
        };
    }
}
