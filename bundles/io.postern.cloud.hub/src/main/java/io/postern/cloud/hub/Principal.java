// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.time.Instant;
import java.util.Optional;

/** Who an accepted token speaks for, and until when. */
public sealed interface Principal {
    Instant expires();

    /**
     * One device.
     *
     * @param identity as it stood when the token was checked
     * @param policy the policy whose key signed; empty when it was the device's own
     */
    record Device(DeviceIdentity identity, AuthMethod method, Optional<SharedAccessPolicy> policy, Instant expires)
            implements Principal {

        public Optional<String> policyName() {
            return policy.map(SharedAccessPolicy::name);
        }
    }

    /** A component of the service. */
    record Service(SharedAccessPolicy policy, Instant expires) implements Principal {}
}
