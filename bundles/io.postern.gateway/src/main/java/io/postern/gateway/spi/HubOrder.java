// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
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

    /**
     * A cloud-to-device command, which the hub keeps until it is {@link HubSession#settle settled}.
     *
     * @param lock by which the session settles it; means nothing to others
     * @param messageId as its sender gave it, for messages to people; may be empty
     * @param again whether it was delivered before, so that it may have been carried out
     * @param arrived when, by {@link System#nanoTime}
     */
    record Command(String lock, String messageId, Bytes body, PropertyBag properties, boolean again, long arrived)
            implements HubOrder {}

    /** What becomes of a command at the hub. */
    enum Settlement {
        /** It was carried out: the hub forgets it. */
        COMPLETE,
        /** It never can be: the hub puts it among the dead letters. */
        REJECT,
        /** Not now: the hub delivers it again, as often as it is configured to. */
        ABANDON
    }
}
