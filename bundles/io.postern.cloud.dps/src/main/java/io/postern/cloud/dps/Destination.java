// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import jakarta.json.JsonObject;
import java.util.Optional;

/** Where a device shall be from now on. */
sealed interface Destination {
    /**
     * @param twin the twin that goes before the enrollment's and before what an earlier hub held
     * @param payload for the device to read in its result
     */
    record To(HubPlace place, Optional<TwinState> twin, Optional<JsonObject> payload) implements Destination {}

    record Nowhere(int code, String reason) implements Destination {}
}
