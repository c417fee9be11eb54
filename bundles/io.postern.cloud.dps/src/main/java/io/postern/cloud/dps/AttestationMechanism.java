// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.ProvenancePolicy;
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

    /** What an enrollment group may ask for: never one certain TPM, whose endorsement key is one device's own. */
    sealed interface OfGroup extends AttestationMechanism {}

    /** What a group of TPMs may ask for, an extension of ours (DEC-1). Each TPM has its challenge to pass besides. */
    sealed interface OfShipment extends OfGroup {
        /** Which provenances the group accepts; the tenant's own policy may accept fewer. */
        ProvenancePolicy policy();
    }

    /** By a TPM whose endorsement key stands on the group's list. */
    record KeyList(ProvenancePolicy policy) implements OfShipment {}

    /**
     * By a TPM whose endorsement-key certificate leads to a vendor's CA. That is every TPM the vendor has ever made.
     *
     * @param vendors the loaded CAs that count, by their names
     */
    record VendorChain(List<CaName> vendors, ProvenancePolicy policy) implements OfShipment {
        /** @throws IllegalArgumentException when no vendor is named */
        public VendorChain {
            if (vendors.isEmpty()) {
                throw new IllegalArgumentException("a group by vendor CA names at least one of the loaded CAs");
            }
            vendors = List.copyOf(vendors);
        }
    }

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
