// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import java.util.Optional;

/** How a device proves that it is the one an enrollment speaks of (DPS-04). */
public sealed interface AttestationMechanism {

    /**
     * By a TPM that opens a challenge made for its endorsement key.
     *
     * @param storageRootKey named by the operator or bound when the device registered first; from then on no other is
     *     accepted
     */
    record Tpm(EndorsementKey endorsementKey, Optional<RsaStorageKey> storageRootKey) implements AttestationMechanism {}

    /** By a token signed with either of two keys that the device and the service share. */
    record SymmetricKey(SymmetricKeys keys) implements AttestationMechanism {}
}
