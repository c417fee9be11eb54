// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** What a hub wants of a device. */
public sealed interface HubOrder {
    /**
     * Desired properties have changed.
     *
     * @param version of all desired properties after this change; one more than before when none was missed
     * @param patch the changed ones, {@code null} for those taken back; without {@code $version}
     */
    record Desired(long version, JsonObject patch) implements HubOrder {}

    /** Changes of desired properties were too many to be kept: the twin shows what came of them. */
    record DesiredMissed() implements HubOrder {}

    /**
     * A direct method; somebody waits for its answer, half a minute unless they said otherwise.
     *
     * @param requestId as the hub gave it, for the answer
     * @param arrived when, by {@link System#nanoTime}
     */
    record Method(String requestId, String name, JsonValue payload, long arrived) implements HubOrder {}
}
