// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.Tpm2b;
import java.security.SecureRandom;

/**
 * What TPM2_MakeCredential makes: a secret that the TPM of one endorsement key gives out, and only while it holds the
 * object of one name (TPM 2.0 Part 1, 24).
 *
 * @param idObject content of TPM2B_ID_OBJECT
 * @param encryptedSeed content of TPM2B_ENCRYPTED_SECRET
 */
record Credential(Bytes idObject, Bytes encryptedSeed) {

    static Credential make(EndorsementKey ek, Bytes objectName, Secret secret, Secret seed, SecureRandom random) {
        return new Credential(idObject(objectName, secret, seed), TpmCrypto.oaep(ek.key(), "IDENTITY", seed, random));
    }

    static Bytes idObject(Bytes objectName, Secret secret, Secret seed) {
        Bytes encrypted = TpmCrypto.cfb(storageKey(seed, objectName), Tpm2b.of(Bytes.of(secret.reveal())));
        Bytes integrity = integrityKey(seed)
                .hmacSha256(Bytes.concat(encrypted, objectName).toArray());
        return Bytes.concat(Tpm2b.of(integrity), encrypted);
    }

    static Secret storageKey(Secret seed, Bytes objectName) {
        return TpmCrypto.kdfa(seed, "STORAGE", objectName, 128);
    }

    static Secret integrityKey(Secret seed) {
        return TpmCrypto.kdfa(seed, "INTEGRITY", Bytes.EMPTY, 256);
    }
}
