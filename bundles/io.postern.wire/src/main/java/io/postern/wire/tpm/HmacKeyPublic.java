// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;

/**
 * The public area of an HMAC-SHA256 key that can be imported below a storage root key (TPM 2.0 Part 2, 12.2.4): what an
 * activation blob carries, and what later sits in the hub key's slot.
 *
 * @param authPolicy empty, or what duplicating the key once more would need
 * @param unique SHA-256 over the seed value and the key
 */
public record HmacKeyPublic(long attributes, Bytes authPolicy, Bytes unique) {
    private static final int TPM_ALG_KEYEDHASH = 0x0008;
    private static final int TPM_ALG_HMAC = 0x0005;
    private static final int TPM_ALG_SHA256 = 0x000B;
    private static final long FIXED_TPM = 1L << 1;
    private static final long FIXED_PARENT = 1L << 4;
    private static final long USER_WITH_AUTH = 1L << 6;
    private static final long RESTRICTED = 1L << 16;
    private static final long SIGN = 1L << 18;

    /**
     * Reads and checks a TPMT_PUBLIC, the content of a TPM2B_PUBLIC.
     *
     * @throws IllegalArgumentException when it is cut short, too long, or no such key
     */
    public static HmacKeyPublic decode(Bytes publicArea) {
        var in = new TpmReader(publicArea);
        expect("type", in.uint16("type"), TPM_ALG_KEYEDHASH);
        expect("nameAlg", in.uint16("nameAlg"), TPM_ALG_SHA256);
        long attributes = in.uint32("objectAttributes");
        Bytes authPolicy = in.sized("authPolicy");
        expect("scheme", in.uint16("scheme"), TPM_ALG_HMAC);
        expect("scheme hash", in.uint16("scheme hash"), TPM_ALG_SHA256);
        Bytes unique = in.sized("unique");
        in.end("TPMT_PUBLIC");
        if ((attributes & (SIGN | USER_WITH_AUTH)) != (SIGN | USER_WITH_AUTH)
                || (attributes & (RESTRICTED | FIXED_TPM | FIXED_PARENT)) != 0) {
            throw new IllegalArgumentException(
                    "the key is not an imported signing key: attributes " + Long.toHexString(attributes));
        }
        return new HmacKeyPublic(attributes, authPolicy, unique);
    }

    private static void expect(String field, int found, int wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("the key's " + field + " is 0x" + Integer.toHexString(found) + ", 0x"
                    + Integer.toHexString(wanted) + " is required: an HMAC key with SHA-256");
        }
    }
}
