// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Identities and twins as a hub's service endpoint reads and writes them (spec: REST 2021-04-12). */
final class HubRestJson {
    private HubRestJson() {}

    static JsonObject identity(DeviceId device, DeviceAuthentication access, HeldDevice status) {
        var json = Json.object()
                .add("deviceId", device.text())
                .add("status", status.enabled() ? "enabled" : "disabled")
                .add("authentication", authentication(access));
        status.statusReason().ifPresent(reason -> json.add("statusReason", reason));
        return json.build();
    }

    private static JsonObject authentication(DeviceAuthentication access) {
        var json = Json.object().add("type", access.type());
        switch (access) {
            case DeviceAuthentication.Sas(SymmetricKeys keys) ->
                json.add(
                        "symmetricKey",
                        Json.object()
                                .add("primaryKey", keys.primary().revealBase64())
                                .add("secondaryKey", keys.secondary().revealBase64()));
            case DeviceAuthentication.SelfSigned(Optional<Thumbprint> primary, Optional<Thumbprint> secondary) -> {
                var thumbprints = Json.object();
                primary.ifPresent(one -> thumbprints.add("primaryThumbprint", one.toString()));
                secondary.ifPresent(one -> thumbprints.add("secondaryThumbprint", one.toString()));
                json.add("x509Thumbprint", thumbprints);
            }
            case DeviceAuthentication.CertificateAuthority() -> {}
        }
        return json.build();
    }

    /** Tags and desired properties; the reported ones are the device's to write. */
    static JsonObject twin(TwinState twin) {
        return Json.object()
                .add("tags", twin.tags())
                .add("properties", Json.object().add("desired", twin.desired()))
                .build();
    }

    static HeldDevice held(JsonObject twin) {
        return status(twin)
                .with(new TwinState(
                        Json.object(twin, "tags").orElse(JsonValue.EMPTY_JSON_OBJECT),
                        section(twin, "desired"),
                        section(twin, "reported")));
    }

    /** Whether and why not it is let in, of an identity or a twin. */
    static HeldDevice status(JsonObject json) {
        return new HeldDevice(
                !"disabled".equalsIgnoreCase(Json.text(json, "status").orElse("enabled")),
                Json.text(json, "statusReason").filter(reason -> !reason.isEmpty()),
                TwinState.EMPTY);
    }

    /** Whether nobody has written tags or desired properties since the twin was made. */
    static boolean isUntouched(JsonObject twin) {
        return Json.object(twin, "tags").orElse(JsonValue.EMPTY_JSON_OBJECT).isEmpty()
                && section(twin, "desired").isEmpty();
    }

    /** Our own hubs tell when a device first fetched its twin; of others, only a report after the assignment tells. */
    static Configuration configuration(JsonObject twin, Instant assigned) {
        Optional<JsonObject> ours = Json.object(twin, "postern");
        if (ours.isPresent()) {
            return Json.text(ours.get(), "firstContactTime")
                    .flatMap(HubRestJson::instant)
                    .<Configuration>map(Configuration.Done::new)
                    .orElseGet(Configuration.Pending::new);
        }
        Optional<JsonObject> reported =
                Json.object(twin, "properties").flatMap(properties -> Json.object(properties, "reported"));
        return reported.filter(
                        section -> section.get("$version") instanceof JsonNumber version && version.longValue() > 1)
                .flatMap(section -> Json.object(section, "$metadata"))
                .flatMap(metadata -> Json.text(metadata, "$lastUpdated"))
                .flatMap(HubRestJson::instant)
                .filter(at -> !at.isBefore(assigned))
                .<Configuration>map(Configuration.Done::new)
                .orElseGet(Configuration.Unknown::new);
    }

    private static JsonObject section(JsonObject twin, String name) {
        return Json.object(twin, "properties")
                .flatMap(properties -> Json.object(properties, name))
                .map(section -> Json.object(section)
                        .remove("$metadata")
                        .remove("$version")
                        .build())
                .orElse(JsonValue.EMPTY_JSON_OBJECT);
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
