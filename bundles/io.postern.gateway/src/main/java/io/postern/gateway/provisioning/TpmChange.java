// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;

/**
 * The TPM is not the one, or not in the state, the stored assignment was made for. The gateway goes on asking for the
 * device it was; it does not make itself a new one (DPS-30).
 */
public sealed interface TpmChange {
    /** For a technician: what was found. */
    String text();

    /** Another endorsement key: the chip or the whole board was exchanged, or its endorsement seed was changed. */
    record Replaced(RegistrationId former, RegistrationId present, DeviceId device) implements TpmChange {
        @Override
        public String text() {
            return "this TPM is not the one that was assigned as " + device + ": that registered as " + former
                    + ", this one registers as " + present;
        }
    }

    /**
     * The same endorsement key without the hub's key, or with another storage root key: somebody cleared the TPM.
     *
     * @param lost what is missing or different
     */
    record Cleared(RegistrationId id, DeviceId device, String lost) implements TpmChange {
        @Override
        public String text() {
            return "the TPM that was assigned as " + device + " (registration " + id + ") was cleared: " + lost;
        }
    }
}
