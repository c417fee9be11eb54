// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The public area of an RSA-2048 storage key, as the endorsement key and the storage root key are (TPM 2.0 Part 2,
 * 12.2.4): what a credential or a duplicated key is encrypted to.
 *
 * @param tpm2bPublic the whole TPM2B_PUBLIC, 316 octets for an endorsement key of the standard template, 284 for a
 *     storage root key
 * @param modulus 256 octets, big-endian
 */
public record RsaStorageKey(Bytes tpm2bPublic, long attributes, Bytes authPolicy, Bytes modulus) {
    private static final int TPM_ALG_RSA = 0x0001;
    private static final int TPM_ALG_SHA256 = 0x000B;
    private static final int TPM_ALG_NULL = 0x0010;
    private static final int TPM_ALG_AES = 0x0006;
    private static final int TPM_ALG_CFB = 0x0043;
    private static final long DEFAULT_EXPONENT = 65537;
    private static final long RESTRICTED = 1L << 16;
    private static final long DECRYPT = 1L << 17;
    private static final long SIGN = 1L << 18;
    private static final long FIXED_TPM = 1L << 1;

    /**
     * Reads and checks a TPM2B_PUBLIC.
     *
     * @throws IllegalArgumentException when it is cut short, too long, or not a restricted RSA-2048 storage key with
     *     SHA-256 names and AES-128-CFB: nothing else can take part in the attestation
     */
    public static RsaStorageKey decode(Bytes tpm2bPublic) {
        var outer = new TpmReader(tpm2bPublic);
        var in = new TpmReader(outer.sized("TPM2B_PUBLIC"));
        outer.end("TPM2B_PUBLIC");
        expect("type", in.uint16("type"), TPM_ALG_RSA);
        expect("nameAlg", in.uint16("nameAlg"), TPM_ALG_SHA256);
        long attributes = in.uint32("objectAttributes");
        Bytes authPolicy = in.sized("authPolicy");
        expect("symmetric algorithm", in.uint16("symmetric algorithm"), TPM_ALG_AES);
        expect("symmetric key bits", in.uint16("symmetric key bits"), 128);
        expect("symmetric mode", in.uint16("symmetric mode"), TPM_ALG_CFB);
        expect("scheme", in.uint16("scheme"), TPM_ALG_NULL);
        expect("key bits", in.uint16("key bits"), 2048);
        long exponent = in.uint32("exponent");
        Bytes modulus = in.sized("unique");
        in.end("TPMT_PUBLIC");
        // spec: TPM 2.0 Part 2, 12.2.3.5: an exponent of zero stands for 65537
        if (exponent != 0 && exponent != DEFAULT_EXPONENT) {
            throw new IllegalArgumentException("the key's exponent is " + exponent + ", 65537 is required");
        }
        if (modulus.length() != 256 || (modulus.at(0) & 0x80) == 0 || (modulus.at(255) & 1) == 0) {
            throw new IllegalArgumentException("the key's modulus is not an odd number of 2048 bits");
        }
        // spec: TPM 2.0 Part 1, 24: only a restricted decryption key that cannot leave its TPM proves residency
        if ((attributes & (RESTRICTED | DECRYPT | SIGN | FIXED_TPM)) != (RESTRICTED | DECRYPT | FIXED_TPM)) {
            throw new IllegalArgumentException(
                    "the key is not a storage key fixed to its TPM: attributes " + Long.toHexString(attributes));
        }
        return new RsaStorageKey(tpm2bPublic, attributes, authPolicy, modulus);
    }

    /** The object's name: nameAlg and SHA-256 over the public area without its size (TPM 2.0 Part 1, 16). */
    public Bytes name() {
        Bytes publicArea = tpm2bPublic.slice(2, tpm2bPublic.length());
        return Bytes.concat(Bytes.of((byte) 0, (byte) TPM_ALG_SHA256), sha256(publicArea));
    }

    public BigInteger modulusValue() {
        return new BigInteger(1, modulus.toArray());
    }

    static Bytes sha256(Bytes of) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(of.toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }

    private static void expect(String field, int found, int wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("the key's " + field + " is 0x" + Integer.toHexString(found) + ", 0x"
                    + Integer.toHexString(wanted) + " is required: RSA-2048, SHA-256, AES-128-CFB");
        }
    }
}
