// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import java.time.Instant;

/** The registry's answers to changes. */
public interface RegistryReply {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to an update. */
    sealed interface Update {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Created(DeviceIdentity identity) implements Creation {}

    record AlreadyExists(DeviceIdentity identity) implements Creation {}

    /**
     * The name was deleted not long ago and old tokens may still bear it (ISS-13, DEC-6).
     *
     * @param until when the name becomes free
     * @param daysLeft rounded up, at least 1
     */
    record Quarantined(DeviceId deviceId, Instant until, long daysLeft) implements Creation {
        /** Ours: the hosted service has no quarantine. */
        public static final int CODE = 409_010;

        public static final String NAME = "DeviceNameQuarantined";

        /** For the asking client. */
        public String text() {
            return "device " + deviceId + " was deleted; its name is barred for " + daysLeft + " more day(s), until "
                    + until;
        }
    }

    record Updated(DeviceIdentity identity) implements Update {}

    record Deleted(DeviceIdentity identity) implements Deletion {}

    record NotFound(DeviceId deviceId) implements Update, Deletion {}

    /** The identity is no longer the one the caller has seen. */
    record EtagMismatch(String currentEtag) implements Update, Deletion {}
}
