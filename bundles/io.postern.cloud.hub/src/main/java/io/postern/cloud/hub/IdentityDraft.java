// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * What someone asks an identity to be, on creation or update.
 *
 * @param primary absent: generated on creation, kept on update
 * @param secondary absent: generated on creation, kept on update
 * @param tags the twin's first tags; ignored on update
 * @param desired the twin's first desired properties; ignored on update
 */
public record IdentityDraft(
        DeviceId deviceId,
        boolean enabled,
        Optional<String> statusReason,
        Optional<Secret> primary,
        Optional<Secret> secondary,
        JsonObject tags,
        JsonObject desired) {
    private static final int LONGEST_REASON = 128; // spec: wire-level registry rule of the hub, statusReason

    public IdentityDraft {
        if (statusReason.isPresent() && statusReason.get().length() > LONGEST_REASON) {
            throw new IllegalArgumentException("statusReason has at most " + LONGEST_REASON + " characters");
        }
    }

    /** An enabled identity with keys to be generated and an empty twin. */
    public static IdentityDraft of(DeviceId deviceId) {
        return new IdentityDraft(
                deviceId,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                JsonValue.EMPTY_JSON_OBJECT,
                JsonValue.EMPTY_JSON_OBJECT);
    }

    public IdentityDraft withKeys(SymmetricKeys keys) {
        return new IdentityDraft(
                deviceId,
                enabled,
                statusReason,
                Optional.of(keys.primary()),
                Optional.of(keys.secondary()),
                tags,
                desired);
    }

    public IdentityDraft disabled(String reason) {
        return new IdentityDraft(deviceId, false, Optional.of(reason), primary, secondary, tags, desired);
    }

    public IdentityDraft withTwin(JsonObject firstTags, JsonObject firstDesired) {
        return new IdentityDraft(deviceId, enabled, statusReason, primary, secondary, firstTags, firstDesired);
    }
}
