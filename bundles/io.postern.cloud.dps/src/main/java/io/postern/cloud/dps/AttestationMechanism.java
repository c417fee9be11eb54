// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a device proves that it is the one an enrollment speaks of (DPS-04). */
public sealed interface AttestationMechanism {

    /** What an individual enrollment may ask for. */
    sealed interface OfDevice extends AttestationMechanism {}

    /** What an enrollment group may ask for: never a TPM, whose endorsement key is one device's own. */
    sealed interface OfGroup extends AttestationMechanism {}

    /**
     * By a TPM that opens a challenge made for its endorsement key.
     *
     * @param storageRootKey named by the operator or bound when the device registered first; from then on no other is
     *     accepted
     */
    record Tpm(EndorsementKey endorsementKey, Optional<RsaStorageKey> storageRootKey) implements OfDevice {}

    /**
     * By a token signed with either of two keys that the device and the service share. The keys of a group are shared
     * with no device: each has the key derived from one of them for its registration id.
     */
    record SymmetricKey(SymmetricKeys keys) implements OfDevice, OfGroup {}

    /** By the key of either of two certificates, whoever issued them: they may be self-signed. */
    record ClientCertificates(CertificatePair certificates) implements OfDevice {}

    /** By a certificate that leads to either of two CAs, root or intermediate. */
    record SigningCertificates(Authority primary, Optional<Authority> secondary) implements OfGroup {
        List<Authority> authorities() {
            return Stream.concat(Stream.of(primary), secondary.stream()).toList();
        }
    }

    /** By a certificate that leads to either of two CAs of the service's list, both proven there. */
    record CaReferences(CaName primary, Optional<CaName> secondary) implements OfDevice, OfGroup {
        List<CaName> names() {
            return Stream.concat(Stream.of(primary), secondary.stream()).toList();
        }
    }
}
