// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;

/** A hub that gave this service the right to read and write its registry (DPS-17, DPS-18). */
public interface LinkedHub {
    HubName name();

    /**
     * Makes the device exist, proving itself as said. A new one gets the initial twin in the same step; one that exists keeps
     * its twin, its generation and its being enabled or disabled.
     */
    Placement place(DeviceId device, DeviceAuthentication access, InitialTwin twin);

    /** What the hub did. */
    sealed interface Placement {
        record Created() implements Placement {}

        record Updated() implements Placement {}

        /** @param reason what stands in the way, and until when */
        record Refused(String reason) implements Placement {}
    }
}
