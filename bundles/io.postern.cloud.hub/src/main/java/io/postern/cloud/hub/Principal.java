// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.time.Instant;
import java.util.Optional;

/** Who an accepted token or certificate speaks for, and until when. */
public sealed interface Principal {
    Instant expires();

    /**
     * One device.
     *
     * @param identity as it stood when the evidence was checked
     * @param expires when the token or certificate ends
     */
    record Device(DeviceIdentity identity, Evidence evidence, Instant expires) implements Principal {

        public AuthMethod method() {
            return evidence.method();
        }

        public Optional<SharedAccessPolicy> policy() {
            return evidence.policy();
        }

        public Optional<String> policyName() {
            return policy().map(SharedAccessPolicy::name);
        }
    }

    /** A component of the service. */
    record Service(SharedAccessPolicy policy, Instant expires) implements Principal {}
}
