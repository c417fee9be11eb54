// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import io.postern.wire.UtcText;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Enrollments as the service API writes them. Reading is lenient: nulls and unknown members are passed over. */
public final class EnrollmentCodec {
    private EnrollmentCodec() {}

    /**
     * Reads an enrollment from a request.
     *
     * @param absentKeys the keys of a symmetric-key attestation that names none
     * @throws IllegalArgumentException naming the member that is missing or malformed
     */
    public static IndividualEnrollment parse(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        JsonObject attestation = Json.object(json, "attestation")
                .orElseThrow(() -> new IllegalArgumentException("the member \"attestation\" is missing"));
        return parse(json, attestation(attestation, absentKeys));
    }

    static IndividualEnrollment parse(JsonObject json, AttestationMechanism attestation) {
        JsonObject twin = Json.object(json, "initialTwin").orElse(JsonValue.EMPTY_JSON_OBJECT);
        return new IndividualEnrollment(
                RegistrationId.of(Json.requireText(json, "registrationId")),
                filled(json, "deviceId").map(DeviceId::of),
                attestation,
                filled(json, "provisioningStatus")
                        .map(ProvisioningStatus::parse)
                        .orElse(ProvisioningStatus.ENABLED),
                new InitialTwin(
                        Json.object(twin, "tags").orElse(JsonValue.EMPTY_JSON_OBJECT),
                        Json.object(twin, "properties")
                                .flatMap(properties -> Json.object(properties, "desired"))
                                .orElse(JsonValue.EMPTY_JSON_OBJECT)),
                desiredHub(json),
                Json.object(json, "reprovisionPolicy")
                        .map(policy -> new ReprovisionPolicy(
                                policy.getBoolean("updateHubAssignment", true),
                                policy.getBoolean("migrateDeviceData", true)))
                        .orElse(ReprovisionPolicy.MIGRATE));
    }

    /** The entry without its symmetric keys, which only {@link #mechanism} gives out. */
    public static JsonObject toJson(StoredEnrollment entry, Optional<RegistrationRecord> registration) {
        var json = document(entry.enrollment())
                .add("attestation", attestation(entry.enrollment().attestation(), false))
                .add("etag", entry.etag())
                .add("createdDateTimeUtc", UtcText.of(entry.created()))
                .add("lastUpdatedDateTimeUtc", UtcText.of(entry.lastUpdated()));
        registration.ifPresent(record -> json.add("registrationState", record.toJson()));
        return json.build();
    }

    /** The attestation mechanism with its keys. A secret. */
    public static JsonObject mechanism(AttestationMechanism attestation) {
        return attestation(attestation, true);
    }

    static JsonObjectBuilder document(IndividualEnrollment enrollment) {
        var twin = enrollment.initialTwin();
        var policy = enrollment.reprovisionPolicy();
        var json = Json.object()
                .add("registrationId", enrollment.registrationId().text())
                .add("provisioningStatus", enrollment.status().text())
                .add(
                        "initialTwin",
                        Json.object()
                                .add("tags", twin.tags())
                                .add("properties", Json.object().add("desired", twin.desired())))
                .add(
                        "reprovisionPolicy",
                        Json.object()
                                .add("updateHubAssignment", policy.updateHubAssignment())
                                .add("migrateDeviceData", policy.migrateDeviceData()))
                .add("allocationPolicy", enrollment.desiredHub().isPresent() ? "static" : "hashed")
                .add("capabilities", Json.object().add("iotEdge", false));
        enrollment.desiredDeviceId().ifPresent(id -> json.add("deviceId", id.text()));
        enrollment.desiredHub().ifPresent(hub -> json.add("iotHubHostName", hub.text())
                .add("iotHubs", Json.array().add(hub.text())));
        return json;
    }

    private static JsonObject attestation(AttestationMechanism attestation, boolean withKeys) {
        return switch (attestation) {
            case AttestationMechanism.Tpm(EndorsementKey ek, Optional<RsaStorageKey> srk) -> {
                var tpm = Json.object().add("endorsementKey", ek.tpm2bPublic().toBase64());
                srk.ifPresent(key -> tpm.add("storageRootKey", key.tpm2bPublic().toBase64()));
                yield Json.object().add("type", "tpm").add("tpm", tpm).build();
            }
            case AttestationMechanism.SymmetricKey(SymmetricKeys keys) -> {
                var shown = Json.object();
                if (withKeys) {
                    shown.add("primaryKey", keys.primary().revealBase64());
                    shown.add("secondaryKey", keys.secondary().revealBase64());
                }
                yield Json.object()
                        .add("type", "symmetricKey")
                        .add("symmetricKey", shown)
                        .build();
            }
        };
    }

    private static AttestationMechanism attestation(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        String type = Json.requireText(json, "type");
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "tpm" -> tpm(Json.object(json, "tpm").orElse(JsonValue.EMPTY_JSON_OBJECT));
            case "symmetrickey" ->
                symmetricKey(Json.object(json, "symmetricKey").orElse(JsonValue.EMPTY_JSON_OBJECT), absentKeys);
            default ->
                throw new IllegalArgumentException(
                        "attestation.type is tpm or symmetricKey here, not \"" + Shown.of(type) + "\"");
        };
    }

    private static AttestationMechanism.Tpm tpm(JsonObject json) {
        return new AttestationMechanism.Tpm(
                key(json, "endorsementKey", EndorsementKey::decode)
                        .orElseThrow(() ->
                                new IllegalArgumentException("the member attestation.tpm.endorsementKey is missing")),
                key(json, "storageRootKey", RsaStorageKey::decode));
    }

    private static <K> Optional<K> key(JsonObject json, String name, Function<Bytes, K> decode) {
        return filled(json, name).map(text -> {
            try {
                return decode.apply(Bytes.base64(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "the member attestation.tpm." + name + " is no TPM2B_PUBLIC in base64: " + e.getMessage(), e);
            }
        });
    }

    private static AttestationMechanism.SymmetricKey symmetricKey(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        Optional<Secret> primary = filled(json, "primaryKey").map(Secret::base64);
        Optional<Secret> secondary = filled(json, "secondaryKey").map(Secret::base64);
        if (primary.isPresent() && secondary.isPresent()) {
            return new AttestationMechanism.SymmetricKey(new SymmetricKeys(primary.get(), secondary.get()));
        }
        SymmetricKeys others = absentKeys.get();
        return new AttestationMechanism.SymmetricKey(
                new SymmetricKeys(primary.orElse(others.primary()), secondary.orElse(others.secondary())));
    }

    private static Optional<HubName> desiredHub(JsonObject json) {
        Optional<HubName> one = filled(json, "iotHubHostName").map(HubName::of);
        if (one.isEmpty() && json.get("iotHubs") instanceof jakarta.json.JsonArray hubs && !hubs.isEmpty()) {
            if (hubs.size() > 1) {
                throw new IllegalArgumentException("iotHubs names " + hubs.size() + " hubs; name one or none");
            }
            return Optional.of(HubName.of(hubs.getString(0, "")));
        }
        return one;
    }

    /** A text member that says something; empty texts stand for "not given". */
    private static Optional<String> filled(JsonObject json, String name) {
        return Json.text(json, name).filter(text -> !text.isBlank());
    }
}
