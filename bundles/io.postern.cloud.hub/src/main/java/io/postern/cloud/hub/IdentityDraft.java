// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.DeviceAuthentication.ByCertificate;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * What someone asks an identity to be, on creation or update.
 *
 * @param relations its place below others; absent means as before, or none
 * @param tags the twin's first tags; ignored on update
 * @param desired the twin's first desired properties; ignored on update
 */
public record IdentityDraft(
        DeviceId deviceId,
        boolean enabled,
        Optional<String> statusReason,
        Credentials credentials,
        Optional<Relations> relations,
        JsonObject tags,
        JsonObject desired) {
    private static final int LONGEST_REASON = 128; // spec: wire-level registry rule of the hub, statusReason

    /** How the device is to authenticate. */
    public sealed interface Credentials {}

    /** As it does already; by keys that are generated when it is new. */
    public record AsBefore() implements Credentials {}

    /** By keys; those that are absent are generated for a device that has none, and kept by one that has. */
    public record Keys(Optional<Secret> primary, Optional<Secret> secondary) implements Credentials {
        public static Keys of(SymmetricKeys keys) {
            return new Keys(Optional.of(keys.primary()), Optional.of(keys.secondary()));
        }
    }

    public record Certificates(ByCertificate authentication) implements Credentials {}

    public IdentityDraft {
        if (statusReason.isPresent() && statusReason.get().length() > LONGEST_REASON) {
            throw new IllegalArgumentException("statusReason has at most " + LONGEST_REASON + " characters");
        }
    }

    /** An enabled identity with keys to be generated and an empty twin; as an update, one that is enabled and proves itself as before. */
    public static IdentityDraft of(DeviceId deviceId) {
        return new IdentityDraft(
                deviceId,
                true,
                Optional.empty(),
                new AsBefore(),
                Optional.empty(),
                JsonValue.EMPTY_JSON_OBJECT,
                JsonValue.EMPTY_JSON_OBJECT);
    }

    public IdentityDraft withKeys(SymmetricKeys keys) {
        return withCredentials(Keys.of(keys));
    }

    /** With exactly what a device authenticates by. */
    public IdentityDraft with(DeviceAuthentication authentication) {
        return switch (authentication) {
            case DeviceAuthentication.Sas(SymmetricKeys keys) -> withKeys(keys);
            case ByCertificate certificate -> withCredentials(new Certificates(certificate));
        };
    }

    public IdentityDraft disabled(String reason) {
        return new IdentityDraft(deviceId, false, Optional.of(reason), credentials, relations, tags, desired);
    }

    public IdentityDraft withStatus(boolean allowed, Optional<String> reason) {
        return new IdentityDraft(deviceId, allowed, reason, credentials, relations, tags, desired);
    }

    public IdentityDraft withTwin(JsonObject firstTags, JsonObject firstDesired) {
        return new IdentityDraft(deviceId, enabled, statusReason, credentials, relations, firstTags, firstDesired);
    }

    private IdentityDraft withCredentials(Credentials others) {
        return new IdentityDraft(deviceId, enabled, statusReason, others, relations, tags, desired);
    }
}
