// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.UtcText;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/**
 * The answer to a registration or to a question after it.
 *
 * @param operationId names the attempt in later questions; empty in a registration record read by itself
 * @param state what is known of the registration, absent while it is being assigned
 */
public record RegistrationStatus(String operationId, Status status, Optional<State> state) {

    public enum Status {
        UNASSIGNED,
        ASSIGNING,
        ASSIGNED,
        FAILED,
        DISABLED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status parse(String text) {
            for (Status status : values()) {
                if (status.text().equalsIgnoreCase(text)) {
                    return status;
                }
            }
            throw new IllegalArgumentException("unknown registration status: " + io.postern.wire.Shown.of(text));
        }
    }

    /**
     * The registration itself.
     *
     * @param substatus {@code initialAssignment}, {@code deviceDataMigrated}, ...
     * @param errorCode why the attempt failed, HTTP status * 1000 + n
     * @param authenticationKey the activation blob with the device's hub key, TPM only
     * @param attested how the device proved itself, and as whose member; not told of a TPM
     * @param payload what an allocation webhook has for the device
     */
    public record State(
            RegistrationId registrationId,
            Status status,
            Optional<String> substatus,
            Optional<HubName> assignedHub,
            Optional<DeviceId> deviceId,
            Instant created,
            Instant lastUpdated,
            Optional<String> etag,
            Optional<Integer> errorCode,
            Optional<String> errorMessage,
            Optional<Bytes> authenticationKey,
            Optional<Attested> attested,
            Optional<JsonObject> payload) {

        /** A state that says nothing about the attestation and has no payload. */
        public State(
                RegistrationId registrationId,
                Status status,
                Optional<String> substatus,
                Optional<HubName> assignedHub,
                Optional<DeviceId> deviceId,
                Instant created,
                Instant lastUpdated,
                Optional<String> etag,
                Optional<Integer> errorCode,
                Optional<String> errorMessage,
                Optional<Bytes> authenticationKey) {
            this(
                    registrationId,
                    status,
                    substatus,
                    assignedHub,
                    deviceId,
                    created,
                    lastUpdated,
                    etag,
                    errorCode,
                    errorMessage,
                    authenticationKey,
                    Optional.empty(),
                    Optional.empty());
        }

        public JsonObject toJson() {
            var json = Json.object()
                    .add("registrationId", registrationId.text())
                    .add("createdDateTimeUtc", UtcText.of(created))
                    .add("status", status.text())
                    .add("lastUpdatedDateTimeUtc", UtcText.of(lastUpdated));
            assignedHub.ifPresent(hub -> json.add("assignedHub", hub.text()));
            deviceId.ifPresent(id -> json.add("deviceId", id.text()));
            substatus.ifPresent(text -> json.add("substatus", text));
            etag.ifPresent(text -> json.add("etag", text));
            errorCode.ifPresent(code -> json.add("errorCode", code));
            errorMessage.ifPresent(text -> json.add("errorMessage", text));
            authenticationKey.ifPresent(
                    blob -> json.add("tpm", Json.object().add("authenticationKey", blob.toBase64())));
            attested.ifPresent(how -> json.add(how.mechanism().text(), how.toJson()));
            payload.ifPresent(object -> json.add("payload", object));
            return json.build();
        }

        static State parse(JsonObject json) {
            return new State(
                    RegistrationId.of(Json.requireText(json, "registrationId")),
                    Status.parse(Json.requireText(json, "status")),
                    Json.text(json, "substatus"),
                    Json.text(json, "assignedHub")
                            .filter(text -> !text.isEmpty())
                            .map(HubName::of),
                    Json.text(json, "deviceId").filter(text -> !text.isEmpty()).map(DeviceId::of),
                    instant(json, "createdDateTimeUtc"),
                    instant(json, "lastUpdatedDateTimeUtc"),
                    Json.text(json, "etag"),
                    json.get("errorCode") instanceof JsonNumber code ? Optional.of(code.intValue()) : Optional.empty(),
                    Json.text(json, "errorMessage"),
                    Json.object(json, "tpm")
                            .flatMap(tpm -> Json.text(tpm, "authenticationKey"))
                            .map(State::blob),
                    Attested.find(json),
                    Json.object(json, "payload"));
        }

        private static Bytes blob(String text) {
            try {
                return Bytes.base64(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the member tpm.authenticationKey is not base64", e);
            }
        }

        private static Instant instant(JsonObject json, String name) {
            try {
                return Json.text(json, name).map(Instant::parse).orElse(Instant.EPOCH);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("the member \"" + name + "\" is not an instant", e);
            }
        }
    }

    /** How a device proved itself, when not with a TPM. */
    public enum Mechanism {
        X509("x509"),
        SYMMETRIC_KEY("symmetricKey");

        private final String text;

        Mechanism(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * The attestation of a registration.
     *
     * @param enrollmentGroupId the group it came under; empty when it is enrolled by itself
     */
    public record Attested(Mechanism mechanism, Optional<String> enrollmentGroupId) {
        JsonObject toJson() {
            var json = Json.object();
            enrollmentGroupId.ifPresent(id -> json.add("enrollmentGroupId", id));
            return json.build();
        }

        static Optional<Attested> find(JsonObject state) {
            for (Mechanism mechanism : Mechanism.values()) {
                Optional<JsonObject> said = Json.object(state, mechanism.text());
                if (said.isPresent()) {
                    return Optional.of(new Attested(mechanism, Json.text(said.get(), "enrollmentGroupId")));
                }
            }
            return Optional.empty();
        }
    }

    public JsonObject toJson() {
        var json = Json.object().add("operationId", operationId).add("status", status.text());
        state.ifPresent(s -> json.add("registrationState", s.toJson()));
        return json.build();
    }

    /** @throws IllegalArgumentException naming the member that is missing or malformed */
    public static RegistrationStatus parse(String body) {
        JsonObject json = Json.parseObject(body);
        return new RegistrationStatus(
                Json.text(json, "operationId").orElse(""),
                Status.parse(Json.requireText(json, "status")),
                Json.object(json, "registrationState").map(State::parse));
    }
}
