// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.Secret;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a device began an operation with, and must show again when it asks for the outcome. */
sealed interface Credential {

    /** What is wrong with {@code attempt} as one of the same device; empty when it is. */
    Optional<String> flaw(RegistrationAttempt attempt, Instant now);

    /** A token signed with one of these. */
    record Keys(List<Secret> signers) implements Credential {
        public Keys {
            signers = List.copyOf(signers);
        }

        @Override
        public Optional<String> flaw(RegistrationAttempt attempt, Instant now) {
            return attempt.token().isEmpty()
                    ? Optional.of("a question about an operation needs the token the operation was begun with")
                    : Proof.flaw(attempt, attempt.token().get(), signers, now);
        }
    }

    /** The same certificate, in the TLS handshake. */
    record Certificate(X509Certificate leaf) implements Credential {
        @Override
        public Optional<String> flaw(RegistrationAttempt attempt, Instant now) {
            return attempt.chain()
                            .map(CertificateChain::leaf)
                            .filter(leaf::equals)
                            .isPresent()
                    ? Optional.empty()
                    : Optional.of("a question about an operation needs the client certificate it was begun with");
        }
    }
}
