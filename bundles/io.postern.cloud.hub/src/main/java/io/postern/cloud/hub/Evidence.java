// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.x509.Authority;
import io.postern.wire.Secret;
import java.util.Optional;

/** What a device was admitted by. */
public sealed interface Evidence {

    /** As it is stamped on the device's events. */
    AuthMethod method();

    /** The policy whose key signed, if one did. */
    default Optional<SharedAccessPolicy> policy() {
        return Optional.empty();
    }

    /** A token signed with the device's own key. */
    record OwnKey() implements Evidence {
        @Override
        public AuthMethod method() {
            return AuthMethod.DEVICE_KEY;
        }
    }

    /**
     * A token signed with the key of a policy.
     *
     * @param key the one of its two that signed
     * @param deviceAlone whether it speaks for this device and no other, as those of the token service do
     */
    record PolicyKey(SharedAccessPolicy used, Secret key, boolean deviceAlone) implements Evidence {
        @Override
        public AuthMethod method() {
            return AuthMethod.POLICY_KEY;
        }

        @Override
        public Optional<SharedAccessPolicy> policy() {
            return Optional.of(used);
        }

        /** Whether {@code now} would let the same token in. */
        boolean countsWith(SharedAccessPolicy now) {
            return now.allows(Permission.DEVICE_CONNECT)
                    && (now.keys().primary().equals(key)
                            || now.keys().secondary().equals(key));
        }
    }

    /** The certificate whose thumbprint the identity names. */
    record OwnCertificate() implements Evidence {
        @Override
        public AuthMethod method() {
            return AuthMethod.THUMBPRINT;
        }
    }

    /** A certificate that leads to {@code authority}. */
    record IssuedCertificate(Authority authority) implements Evidence {
        @Override
        public AuthMethod method() {
            return AuthMethod.CERTIFICATE_AUTHORITY;
        }
    }
}
