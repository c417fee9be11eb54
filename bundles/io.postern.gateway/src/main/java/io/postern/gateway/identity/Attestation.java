// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.gateway.spi.SecurityModule;
import io.postern.wire.RegistrationId;
import java.util.Optional;

/** How this gateway proves to the provisioning service, and later to its hub, who it is. */
public sealed interface Attestation {
    /** As the hub's answers and the stored assignment call it. */
    Kind kind();

    /** The three of the field. */
    enum Kind {
        TPM("tpm"),
        X509("x509"),
        SYMMETRIC_KEY("symmetricKey");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException when there is no such kind */
        public static Kind parse(String text) {
            for (Kind kind : values()) {
                if (kind.text.equals(text)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("unknown kind of attestation: " + io.postern.wire.Shown.of(text));
        }
    }

    /**
     * Proves the endorsement key by opening a challenge (DPS-06); the hub's key comes with the assignment.
     *
     * @param chosen the name to register under in the place of the one the TPM provides (DPS-10, DEC-5)
     */
    record Tpm(SecurityModule module, Optional<RegistrationId> chosen) implements Attestation {
        @Override
        public Kind kind() {
            return Kind.TPM;
        }
    }

    /**
     * Shows a certificate (DPS-05); its subject's common name is the name to register under (DPS-11).
     *
     * @param expected what that name must be, when the configuration says so
     */
    record X509(CertificateSource certificates, Optional<RegistrationId> expected) implements Attestation {
        @Override
        public Kind kind() {
            return Kind.X509;
        }
    }

    /** Signs with a key of its own, individual or derived from a group's (CEN-08); the same key opens the hub. */
    record SymmetricKey(RegistrationId id, Signer key) implements Attestation {
        @Override
        public Kind kind() {
            return Kind.SYMMETRIC_KEY;
        }
    }
}
