// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import java.util.Optional;

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
}
