// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * One record of a bulk request or an import.
 *
 * @param condition the identity's state it insists on; only for the modes that say so
 * @param twinCondition the twin's
 * @param draft the identity; its twin parts are those below
 * @param tags all tags the twin is to have; absent means as before
 * @param desired all desired properties the twin is to have; absent means as before
 */
public record RegistryRecord(
        ImportMode mode,
        IfMatch condition,
        IfMatch twinCondition,
        IdentityDraft draft,
        Optional<JsonObject> tags,
        Optional<JsonObject> desired) {

    public DeviceId deviceId() {
        return draft.deviceId();
    }

    boolean hasTwin() {
        return tags.isPresent() || desired.isPresent();
    }
}
