// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.identity.CommonName;
import io.postern.gateway.identity.IdentityException;
import io.postern.gateway.identity.Signer;
import io.postern.gateway.provisioning.Assignment.TpmKeys;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.TpmAttestation;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Who the gateway says it is, at the beginning of an attempt.
 *
 * @param proof what it has to show at once; a TPM has nothing before its challenge
 */
record Claim(RegistrationId id, Kind kind, Optional<TpmAttestation> tpm, Optional<Credential> proof) {
    /** What the service calls the key that signs a registration's token. */
    static final String KEY_NAME = "registration";

    /** @throws IdentityException when chip or files do not give what is needed */
    static Claim of(Attestation attestation, IdScope scope, Instant tokenExpiry) throws IdentityException {
        return switch (attestation) {
            case Attestation.Tpm(var module, Optional<RegistrationId> chosen) -> {
                TpmAttestation keys;
                try {
                    keys = module.attestation();
                } catch (IOException e) {
                    throw new IdentityException(String.valueOf(e.getMessage()), e);
                }
                RegistrationId id = chosen.orElseGet(() -> keys.endorsementKey().registrationId());
                yield new Claim(id, attestation.kind(), Optional.of(keys), Optional.empty());
            }
            case Attestation.X509(var certificates, Optional<RegistrationId> expected) -> {
                ClientCertificate certificate = certificates.current();
                RegistrationId id = CommonName.of(certificate.own());
                if (expected.filter(name -> !name.equals(id)).isPresent()) {
                    throw new IdentityException(
                            "registrationId: " + expected.get() + " is configured, and the certificate is of " + id
                                    + "; take the key away or put the right certificate there");
                }
                yield new Claim(
                        id, attestation.kind(), Optional.empty(), Optional.of(new Credential.Certificate(certificate)));
            }
            case Attestation.SymmetricKey(RegistrationId id, Signer key) -> {
                SasToken token;
                try {
                    token = key.token(ResourceUri.registration(scope, id), tokenExpiry, Optional.of(KEY_NAME));
                } catch (IOException e) {
                    throw new IdentityException(String.valueOf(e.getMessage()), e);
                }
                yield new Claim(id, attestation.kind(), Optional.empty(), Optional.of(new Credential.Token(token)));
            }
        };
    }

    Optional<TpmKeys> tpmKeys() {
        return tpm.map(keys -> new TpmKeys(
                keys.endorsementKey().digest(), keys.storageRootKey().name()));
    }
}
