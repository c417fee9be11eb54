// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;

/** Told of changes a device wants to hear of at once. */
@FunctionalInterface
public interface TwinListener {
    /**
     * Called after the commit, in the order of commits; holds up the database, so it must be quick and must not throw.
     *
     * @param patch the changed part, {@code $version} included
     */
    void desiredChanged(DeviceId device, JsonObject patch, long version);
}
