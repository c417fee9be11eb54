// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.ImportMode;
import io.postern.cloud.hub.RegistryExport;
import io.postern.cloud.hub.RegistryRecord;
import io.postern.cloud.hub.Relations;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Optional;

/**
 * Records of bulk requests, imports and exports (spec: REST 2021-04-12, ExportImportDevice).
 *
 * <p>Reported properties are written, so that an export is whole, and passed over when read: only the device reports.
 */
public final class RecordJson {
    private RecordJson() {}

    /**
     * What a client asks an identity to be. Lenient where the official clients differ: the status in any case, members
     * that only the hub writes are passed over.
     *
     * @throws IllegalArgumentException naming the member that is wrong
     */
    public static IdentityDraft identity(DeviceId device, JsonObject body) {
        return new IdentityDraft(
                device,
                isEnabled(Json.text(body, "status")),
                Json.text(body, "statusReason").filter(reason -> !reason.isEmpty()),
                AuthenticationJson.credentials(Json.object(body, "authentication")),
                Optional.of(Relations.of(body)),
                JsonValue.EMPTY_JSON_OBJECT,
                JsonValue.EMPTY_JSON_OBJECT);
    }

    /**
     * @param standard what a record that names no mode asks for
     * @throws IllegalArgumentException naming the member that is wrong
     */
    static RegistryRecord parse(JsonObject json, ImportMode standard) {
        if (Json.text(json, "moduleId").filter(id -> !id.isEmpty()).isPresent()) {
            throw new IllegalArgumentException(
                    "this hub keeps no modules; give what moduleId names a device identity of its own");
        }
        ImportMode mode = Json.text(json, "importMode").map(ImportMode::parse).orElse(standard);
        Optional<JsonObject> properties = part(json, "properties");
        return new RegistryRecord(
                mode,
                condition(json, "eTag", mode, ImportMode.UPDATE_IF_MATCH, ImportMode.DELETE_IF_MATCH),
                condition(json, "twinETag", mode, ImportMode.UPDATE_TWIN_IF_MATCH, ImportMode.UPDATE_TWIN_IF_MATCH),
                identity(DeviceId.of(Json.requireText(json, "id")), json),
                part(json, "tags"),
                properties.flatMap(some -> part(some, "desired")));
    }

    static JsonObject of(RegistryExport.Entry entry, boolean withKeys) {
        var identity = entry.identity();
        JsonObjectBuilder json = Json.object()
                .add("id", identity.deviceId().text())
                .add("eTag", identity.etag())
                .add("status", identity.enabled() ? "enabled" : "disabled");
        identity.statusReason().ifPresent(reason -> json.add("statusReason", reason));
        json.add("authentication", AuthenticationJson.of(identity.authentication(), withKeys));
        identity.relations().toJson().forEach(json::add);
        return json.add("twinETag", entry.twin().etag())
                .add("tags", entry.twin().tags())
                .add(
                        "properties",
                        Json.object()
                                .add("desired", entry.twin().desired().forService())
                                .add("reported", entry.twin().reported().forService()))
                .build();
    }

    /** What the record insists on; {@code createOrUpdateIfMatchETag} may come without, for a device that is new. */
    private static IfMatch condition(
            JsonObject json, String member, ImportMode mode, ImportMode needed, ImportMode alsoNeeded) {
        Optional<IfMatch> given = Json.text(json, member)
                .or(() -> Json.text(json, member.toLowerCase(Locale.ROOT))) // clients differ
                .filter(text -> !text.isEmpty())
                .map(IfMatch::parse);
        if (given.isEmpty() && (mode == needed || mode == alsoNeeded)) {
            throw new IllegalArgumentException("importMode " + mode.wireName() + " asks for the member " + member);
        }
        return given.orElseGet(() -> new IfMatch(Optional.of("none given")));
    }

    private static Optional<JsonObject> part(JsonObject json, String name) {
        JsonValue value = json.getOrDefault(name, JsonValue.NULL);
        if (value == JsonValue.NULL) {
            return Optional.empty();
        }
        if (value instanceof JsonObject object) {
            return Optional.of(object);
        }
        throw new IllegalArgumentException("the member \"" + name + "\" is a JSON object");
    }

    private static boolean isEnabled(Optional<String> status) {
        String text = status.orElse("enabled").toLowerCase(Locale.ROOT);
        return switch (text) {
            case "enabled" -> true;
            case "disabled" -> false;
            default ->
                throw new IllegalArgumentException("status is enabled or disabled, not \"" + Shown.of(text) + "\"");
        };
    }
}
