// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.Tpm2b;

/**
 * An HMAC key made here to live in a TPM: TPM 2.0's KEYEDHASH object with its sensitive part (Part 2, 12.2.4, 12.3).
 *
 * @param seedValue blinds the public part, 32 random octets
 */
record IdentityKey(Secret hmacKey, Secret seedValue) {
    private static final Bytes KEYEDHASH_SHA256 = Bytes.hex("0008" + "000b");
    /** sign, userWithAuth, noDA; fixedTPM and fixedParent clear, for the key comes from outside. */
    private static final Bytes ATTRIBUTES = Bytes.hex("00040440");

    private static final Bytes HMAC_WITH_SHA256 = Bytes.hex("0005" + "000b");
    private static final Bytes EMPTY_AUTH = Bytes.hex("0000");

    /** PolicyCommandCode (0x16c) of TPM2_Duplicate (0x14b): what Microsoft's sample service sets on its keys. */
    private static final Bytes POLICY =
            TpmCrypto.sha256(Bytes.of(new byte[32]), Bytes.hex("0000016c"), Bytes.hex("0000014b"));

    IdentityKey {
        // spec: TPM 2.0 Part 1, C.2.2: a key may be as long as the hash's block; shorter than half a digest is weak
        if (hmacKey.length() < 16 || hmacKey.length() > 64) {
            throw new IllegalArgumentException("an identity key for a TPM has 16 to 64 bytes, not " + hmacKey.length());
        }
    }

    Bytes unique() {
        return TpmCrypto.sha256(Bytes.of(seedValue.reveal()), Bytes.of(hmacKey.reveal()));
    }

    /** TPMT_PUBLIC. */
    Bytes publicArea() {
        return Bytes.concat(KEYEDHASH_SHA256, ATTRIBUTES, Tpm2b.of(POLICY), HMAC_WITH_SHA256, Tpm2b.of(unique()));
    }

    Bytes name() {
        return Bytes.concat(Bytes.hex("000b"), TpmCrypto.sha256(publicArea()));
    }

    /** TPM2B_SENSITIVE, clear. */
    Bytes sensitive() {
        return Tpm2b.of(Bytes.concat(
                Bytes.hex("0008"),
                EMPTY_AUTH,
                Tpm2b.of(Bytes.of(seedValue.reveal())),
                Tpm2b.of(Bytes.of(hmacKey.reveal()))));
    }

    static Bytes policy() {
        return POLICY;
    }
}
