// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.RsaStorageKey;
import io.postern.wire.tpm.Tpm2b;
import java.security.SecureRandom;

/**
 * An identity key wrapped twice for TPM2_Import: inside under a key that the credential carries, outside to the
 * storage root key (TPM 2.0 Part 1, 23.3). Whoever names a storage root key of his own opens only the outer wrap.
 *
 * @param wrapped content of TPM2B_PRIVATE
 * @param encryptedSeed content of TPM2B_ENCRYPTED_SECRET
 */
record Duplicate(Bytes wrapped, Bytes encryptedSeed) {

    static Duplicate make(RsaStorageKey srk, IdentityKey key, Secret innerKey, Secret seed, SecureRandom random) {
        return new Duplicate(
                outerWrap(key.name(), innerWrap(key, innerKey), seed), TpmCrypto.oaep(srk, "DUPLICATE", seed, random));
    }

    static Bytes innerIntegrity(IdentityKey key) {
        return TpmCrypto.sha256(key.sensitive(), key.name());
    }

    static Bytes innerWrap(IdentityKey key, Secret innerKey) {
        return TpmCrypto.cfb(innerKey, Bytes.concat(Tpm2b.of(innerIntegrity(key)), key.sensitive()));
    }

    static Bytes outerWrap(Bytes name, Bytes inner, Secret seed) {
        Bytes encrypted = TpmCrypto.cfb(storageKey(seed, name), inner);
        Bytes integrity =
                integrityKey(seed).hmacSha256(Bytes.concat(encrypted, name).toArray());
        return Bytes.concat(Tpm2b.of(integrity), encrypted);
    }

    static Secret storageKey(Secret seed, Bytes name) {
        return TpmCrypto.kdfa(seed, "STORAGE", name, 128);
    }

    static Secret integrityKey(Secret seed) {
        return TpmCrypto.kdfa(seed, "INTEGRITY", Bytes.EMPTY, 256);
    }
}
