// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import io.postern.wire.Bytes;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;

/** The two public keys a TPM shows when it registers. */
public record TpmAttestation(EndorsementKey endorsementKey, RsaStorageKey storageRootKey) {

    /** @throws IllegalArgumentException naming the key that cannot take part */
    public static TpmAttestation decode(Bytes endorsementKey, Bytes storageRootKey) {
        return new TpmAttestation(EndorsementKey.decode(endorsementKey), RsaStorageKey.decode(storageRootKey));
    }
}
