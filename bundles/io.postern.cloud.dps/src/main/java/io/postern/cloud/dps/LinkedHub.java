// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * A hub that gave this service the right to read and write its registry (DPS-17, DPS-18).
 *
 * <p>Every call may be repeated after a failure: one that was half done is brought to its end. Each throws
 * {@link IOException} when the hub cannot be reached or does not let this service in, saying what to do.
 */
public interface LinkedHub {
    HubName name();

    /** Makes the device exist, proving itself as said, and with what it brings along. */
    Placement place(Registered device, DeviceAuthentication access, Arrival arrival) throws IOException;

    /** What the hub holds of a device; empty when it knows none of that name. */
    Optional<HeldDevice> find(DeviceId device) throws IOException;

    /**
     * Makes the hub forget a device that has moved on; nothing happens when it knows none. The name stays barred to all
     * but this registration for as long as the hub bars names.
     */
    void remove(Registered device) throws IOException;

    /** Whether the device, assigned at {@code assigned}, has fetched its twin here or reported to it. */
    Configuration configuration(DeviceId device, Instant assigned) throws IOException;

    /**
     * A device of this service.
     *
     * @param registration {@code {idScope}/registrations/{registrationId}}: whose it is
     * @param device its name in the hub
     */
    record Registered(ResourceUri registration, DeviceId device) {}

    /** How a device comes to a hub. */
    sealed interface Arrival {
        /** It is assigned to this hub now. If the hub knew it before, it keeps its twin and its being disabled. */
        record Joining(TwinState first) implements Arrival {}

        /** It has been here all the time; {@code first} is used only if the hub has lost it meanwhile. */
        record Staying(TwinState first) implements Arrival {}

        /** It comes from another hub and is to be what it was, whatever this hub held of it before. */
        record Moving(HeldDevice moved) implements Arrival {}
    }

    /** What the hub did. */
    sealed interface Placement {
        record Created() implements Placement {}

        record Updated() implements Placement {}

        /** @param reason what stands in the way, and until when */
        record Refused(String reason) implements Placement {}
    }
}
