// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.query.AttributePath;
import io.postern.cloud.hub.query.Dialect;
import io.postern.cloud.hub.query.Document;
import io.postern.cloud.store.Row;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * One device as the service sees it: its twin with what a twin repeats of the identity (spec: REST 2021-04-12, Twin),
 * without keys. A part is made when it is first spoken of. Belongs to the thread that asks it.
 */
final class DeviceDocument implements Document {
    /** What the rows of this class are read from. */
    static final String ROWS = """
            SELECT t.*, d.etag AS device_etag, d.enabled, d.reason, d.authentication, d.primary_thumbprint,
              d.secondary_thumbprint, d.status_updated, d.last_activity, d.model, d.relations
            FROM hub_twin t JOIN hub_device d ON d.device = t.device
            """;

    private static final AttributePath.Step METADATA = new AttributePath.Step.Member("$metadata");

    private final Columns columns;
    private final Optional<DeviceSession> session;
    private final ToIntFunction<DeviceId> waiting;
    private final Map<String, Optional<JsonValue>> members = new HashMap<>();

    /** @param waiting how many commands wait for a device */
    DeviceDocument(Columns columns, Optional<DeviceSession> session, ToIntFunction<DeviceId> waiting) {
        this.columns = columns;
        this.session = session;
        this.waiting = waiting;
    }

    DeviceId deviceId() {
        return columns.device;
    }

    /** Roughly how much it takes, in characters. */
    int size() {
        return columns.tags.length() + columns.desired.size() + columns.reported.size();
    }

    @Override
    public Optional<JsonValue> find(AttributePath path) {
        boolean plainProperties = path.first().equals("properties")
                && path.steps().size() > 2
                && !path.steps().get(2).equals(METADATA);
        if (plainProperties && path.steps().get(1) instanceof AttributePath.Step.Member(String section)) {
            return member("properties." + section).flatMap(found -> path.follow(found, 2));
        }
        return member(path.first()).flatMap(found -> path.follow(found, 1));
    }

    JsonObject toJson() {
        JsonObjectBuilder json = Json.object();
        Dialect.DEVICES.members().forEach(name -> member(name).ifPresent(value -> json.add(name, value)));
        return json.build();
    }

    private Optional<JsonValue> member(String name) {
        Optional<JsonValue> known = members.get(name);
        if (known == null) {
            known = made(name);
            members.put(name, known);
        }
        return known;
    }

    private Optional<JsonValue> made(String name) {
        return switch (name) {
            case "deviceId" -> text(columns.device.text());
            case "etag" -> text(TwinRows.etag(columns.serviceVersion));
            case "deviceEtag" -> text(columns.deviceEtag);
            case "version" -> Optional.of(Json.number(columns.version));
            case "authenticationType" -> text(columns.authentication);
            case "statusUpdateTime" -> text(UtcText.of(columns.statusUpdated));
            case "status" -> text(columns.enabled ? "enabled" : "disabled");
            case "statusReason" -> columns.reason.map(Json::text);
            case "connectionState" -> text(session.isPresent() ? "Connected" : "Disconnected");
            case "lastActivityTime" ->
                text(session.map(DeviceSession::lastActivity)
                        .or(() -> columns.lastActivity)
                        .map(UtcText::of)
                        .orElse(UtcText.NEVER));
            case "cloudToDeviceMessageCount" -> Optional.of(Json.number(waiting.applyAsInt(columns.device)));
            case "modelId" -> columns.model.map(Json::text);
            case "x509Thumbprint" -> Optional.of(thumbprints());
            case "capabilities", "deviceScope", "parentScopes" ->
                Optional.ofNullable(relations().get(name));
            case "postern" -> Optional.of(ours());
            case "tags" -> Optional.of(Json.parseObject(columns.tags));
            case "properties" -> Optional.of(properties());
            case "properties.desired" -> Optional.of(columns.desired.plain());
            case "properties.reported" -> Optional.of(columns.reported.plain());
            default -> Optional.empty();
        };
    }

    private JsonObject thumbprints() {
        JsonObjectBuilder json = Json.object();
        columns.primary.ifPresentOrElse(
                known -> json.add("primaryThumbprint", known), () -> json.addNull("primaryThumbprint"));
        columns.secondary.ifPresentOrElse(
                known -> json.add("secondaryThumbprint", known), () -> json.addNull("secondaryThumbprint"));
        return json.build();
    }

    private JsonObject relations() {
        return columns.relations
                .map(Json::parseObject)
                .map(Relations::of)
                .orElse(Relations.NONE)
                .toJson();
    }

    /** Members that only this hub has (DPS-02). */
    private JsonObject ours() {
        JsonObjectBuilder json = Json.object();
        columns.firstContact.ifPresent(at -> json.add("firstContactTime", UtcText.of(at)));
        return json.build();
    }

    private JsonObject properties() {
        return Json.object()
                .add("desired", columns.desired.whole())
                .add("reported", columns.reported.whole())
                .build();
    }

    private static Optional<JsonValue> text(String text) {
        return Optional.of(Json.text(text));
    }

    /** What {@link #ROWS} gives of one device. */
    record Columns(
            DeviceId device,
            long version,
            long serviceVersion,
            String tags,
            StoredSection desired,
            StoredSection reported,
            Optional<Instant> firstContact,
            String deviceEtag,
            boolean enabled,
            Optional<String> reason,
            String authentication,
            Optional<String> primary,
            Optional<String> secondary,
            Instant statusUpdated,
            Optional<Instant> lastActivity,
            Optional<String> model,
            Optional<String> relations) {

        static Columns of(Row row) throws SQLException {
            return new Columns(
                    DeviceId.of(row.text("device")),
                    row.number("version"),
                    row.number("service_version"),
                    row.text("tags"),
                    StoredSection.of(row, "desired"),
                    StoredSection.of(row, "reported"),
                    row.optionalInstant("first_contact"),
                    row.text("device_etag"),
                    row.flag("enabled"),
                    row.optionalText("reason"),
                    row.text("authentication"),
                    row.optionalText("primary_thumbprint"),
                    row.optionalText("secondary_thumbprint"),
                    row.instant("status_updated"),
                    row.optionalInstant("last_activity"),
                    row.optionalText("model"),
                    row.optionalText("relations"));
        }
    }

    /** A section as it is stored, not yet parsed. */
    record StoredSection(String properties, long version, Instant updated, String stamps) {
        static StoredSection of(Row row, String name) throws SQLException {
            return new StoredSection(
                    row.text(name),
                    row.number(name + "_version"),
                    row.instant(name + "_at"),
                    row.text(name + "_stamps"));
        }

        int size() {
            return properties.length() + stamps.length();
        }

        JsonObject plain() {
            return Json.object(Json.parseObject(properties))
                    .add("$version", version)
                    .build();
        }

        JsonObject whole() {
            return new DeviceTwin.Section(Json.parseObject(properties), version, updated, Json.parseObject(stamps))
                    .forService();
        }
    }
}
