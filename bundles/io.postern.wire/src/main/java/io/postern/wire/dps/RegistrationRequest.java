// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * The body of {@code PUT /{idScope}/registrations/{id}/register}.
 *
 * @param tpm present when the device attests with a TPM
 * @param payload what the device tells an allocation webhook, for example its model id (CEN-22)
 */
public record RegistrationRequest(
        RegistrationId registrationId, Optional<TpmAttestation> tpm, Optional<JsonObject> payload) {

    /** @throws IllegalArgumentException naming the member that is missing or malformed */
    public static RegistrationRequest parse(String body) {
        JsonObject json = Json.parseObject(body);
        return new RegistrationRequest(
                RegistrationId.of(Json.requireText(json, "registrationId")),
                Json.object(json, "tpm").map(RegistrationRequest::tpm),
                payload(json.get("payload")));
    }

    public JsonObject toJson() {
        var json = Json.object().add("registrationId", registrationId.text());
        tpm.ifPresent(keys -> json.add(
                "tpm",
                Json.object()
                        .add(
                                "endorsementKey",
                                keys.endorsementKey().tpm2bPublic().toBase64())
                        .add(
                                "storageRootKey",
                                keys.storageRootKey().tpm2bPublic().toBase64())));
        payload.ifPresent(p -> json.add("payload", p));
        return json.build();
    }

    private static TpmAttestation tpm(JsonObject tpm) {
        return TpmAttestation.decode(key(tpm, "endorsementKey"), key(tpm, "storageRootKey"));
    }

    private static Bytes key(JsonObject tpm, String name) {
        String text = Json.requireText(tpm, name);
        try {
            return Bytes.base64(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the member tpm." + name + " is not base64", e);
        }
    }

    /** One official client sends the payload as an object, another as a text that holds one. */
    private static Optional<JsonObject> payload(@org.jspecify.annotations.Nullable JsonValue value) {
        return switch (value) {
            case JsonObject object -> Optional.of(object);
            case JsonString text when !text.getString().isBlank() -> Optional.of(Json.parseObject(text.getString()));
            case null, default -> Optional.empty();
        };
    }
}
