// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Enrollments and groups as the service API writes them. Reading is lenient: nulls and unknown members are passed over.
 */
public final class EnrollmentCodec {
    private EnrollmentCodec() {}

    /**
     * Reads an enrollment from a request.
     *
     * @param absentKeys the keys of a symmetric-key attestation that names none
     * @throws IllegalArgumentException naming the member that is missing or malformed
     */
    public static IndividualEnrollment parse(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        return parse(json, AttestationCodec.ofDevice(json, absentKeys));
    }

    static IndividualEnrollment parse(JsonObject json, AttestationMechanism.OfDevice attestation) {
        Terms terms = Terms.parse(json);
        return new IndividualEnrollment(
                RegistrationId.of(Json.requireText(json, "registrationId")),
                Json.text(json, "deviceId").filter(text -> !text.isBlank()).map(DeviceId::of),
                attestation,
                terms.status(),
                terms.initialTwin(),
                terms.allocation(),
                terms.reprovisionPolicy());
    }

    /** @see #parse(JsonObject, Supplier) */
    public static EnrollmentGroup parseGroup(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        return parseGroup(json, AttestationCodec.ofGroup(json, absentKeys));
    }

    static EnrollmentGroup parseGroup(JsonObject json, AttestationMechanism.OfGroup attestation) {
        Terms terms = Terms.parse(json);
        return new EnrollmentGroup(
                EnrollmentGroupId.of(Json.requireText(json, "enrollmentGroupId")),
                attestation,
                terms.status(),
                terms.initialTwin(),
                terms.allocation(),
                terms.reprovisionPolicy());
    }

    /**
     * The entry without its symmetric keys, which only {@link #mechanism} gives out.
     *
     * @param registration its record, as {@link RegistrationRecord} tells it
     */
    public static JsonObject toJson(StoredEnrollment entry, Optional<JsonObject> registration) {
        var json = document(entry.enrollment())
                .add("attestation", AttestationCodec.toJson(entry.enrollment().attestation(), false))
                .add("etag", entry.etag())
                .add("createdDateTimeUtc", UtcText.of(entry.created()))
                .add("lastUpdatedDateTimeUtc", UtcText.of(entry.lastUpdated()));
        registration.ifPresent(record -> json.add("registrationState", record));
        return json.build();
    }

    /** The group without its symmetric keys, which only {@link #mechanism} gives out. */
    public static JsonObject toJson(StoredGroup entry) {
        return document(entry.group())
                .add("attestation", AttestationCodec.toJson(entry.group().attestation(), false))
                .add("etag", entry.etag())
                .add("createdDateTimeUtc", UtcText.of(entry.created()))
                .add("lastUpdatedDateTimeUtc", UtcText.of(entry.lastUpdated()))
                .build();
    }

    /** The attestation mechanism with its keys. A secret. */
    public static JsonObject mechanism(AttestationMechanism attestation) {
        return AttestationCodec.toJson(attestation, true);
    }

    static JsonObjectBuilder document(IndividualEnrollment enrollment) {
        var json =
                Json.object().add("registrationId", enrollment.registrationId().text());
        new Terms(
                        enrollment.status(),
                        enrollment.initialTwin(),
                        enrollment.allocation(),
                        enrollment.reprovisionPolicy())
                .writeTo(json);
        enrollment.desiredDeviceId().ifPresent(id -> json.add("deviceId", id.text()));
        return json;
    }

    static JsonObjectBuilder document(EnrollmentGroup group) {
        var json = Json.object().add("enrollmentGroupId", group.id().text());
        new Terms(group.status(), group.initialTwin(), group.allocation(), group.reprovisionPolicy()).writeTo(json);
        return json;
    }
}
