// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.security.SecureRandom;

/**
 * Makes the blob that hands an HMAC key to exactly one TPM (DPS-06): a credential to its endorsement key, bound to its
 * storage root key, carries the inner key; under that and under the storage root key travels the HMAC key.
 *
 * <p>Nothing but the random source has state: the same octets from it make the same blob.
 */
public final class ChallengeMaker {
    private static final int INNER_KEY = 16; // official clients know AES-128 only
    private static final int SEED = 32;

    private final SecureRandom random;

    public ChallengeMaker(SecureRandom random) {
        this.random = random;
    }

    /**
     * @param hmacKey 16 to 64 octets
     * @param deviceUri the resource the key is for, ASCII; may be empty
     */
    public ActivationBlob make(TpmAttestation tpm, Secret hmacKey, String deviceUri) {
        try (Secret innerKey = Secret.random(INNER_KEY, random);
                Secret credentialSeed = Secret.random(SEED, random);
                Secret keySeed = Secret.random(SEED, random);
                Secret duplicateSeed = Secret.random(SEED, random)) {
            var key = new IdentityKey(hmacKey, keySeed);
            var credential = Credential.make(
                    tpm.endorsementKey(), tpm.storageRootKey().name(), innerKey, credentialSeed, random);
            var duplicate = Duplicate.make(tpm.storageRootKey(), key, innerKey, duplicateSeed, random);
            return new ActivationBlob(
                    credential.idObject(),
                    credential.encryptedSeed(),
                    duplicate.wrapped(),
                    duplicate.encryptedSeed(),
                    key.publicArea(),
                    TpmCrypto.cfb(innerKey, Bytes.utf8(deviceUri)));
        }
    }
}
