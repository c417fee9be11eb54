// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import io.postern.wire.tpm.Tpm2b;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

/** RSA key pairs of this test run in the public form of a TPM's endorsement key and storage root key. */
public final class TestTpmKeys {
    private static final Bytes RSA_AND_SHA256 = Bytes.hex("0001000b");
    private static final Bytes AES_NULL_2048 = Bytes.hex("0006008000430010080000000000");
    private static final Bytes EK_POLICY =
            Bytes.hex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");

    private TestTpmKeys() {}

    public static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static Bytes endorsementKey(KeyPair pair) {
        return tpm2bPublic("000300b2", EK_POLICY, pair);
    }

    public static Bytes storageRootKey(KeyPair pair) {
        return tpm2bPublic("00030472", Bytes.EMPTY, pair);
    }

    private static Bytes tpm2bPublic(String attributes, Bytes policy, KeyPair pair) {
        return Tpm2b.of(Bytes.concat(
                RSA_AND_SHA256, Bytes.hex(attributes), Tpm2b.of(policy), AES_NULL_2048, Tpm2b.of(modulus(pair))));
    }

    private static Bytes modulus(KeyPair pair) {
        byte[] signed = ((RSAPublicKey) pair.getPublic()).getModulus().toByteArray();
        return Bytes.of(Arrays.copyOfRange(signed, signed.length - 256, signed.length));
    }
}
