// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;
import io.postern.wire.RegistrationId;

/**
 * The public endorsement key: the hardware identity of a TPM, put there at manufacture and never changed (DPS-30).
 */
public record EndorsementKey(RsaStorageKey key) {
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648, 6, in lower case

    /** @throws IllegalArgumentException when the octets are not an RSA-2048 endorsement key */
    public static EndorsementKey decode(Bytes tpm2bPublic) {
        return new EndorsementKey(RsaStorageKey.decode(tpm2bPublic));
    }

    public Bytes tpm2bPublic() {
        return key.tpm2bPublic();
    }

    /** SHA-256 over the whole TPM2B_PUBLIC, 32 octets. */
    public Bytes digest() {
        return RsaStorageKey.sha256(tpm2bPublic());
    }

    /** The id the TPM itself provides: base32 without padding over {@link #digest()}, 52 characters (DPS-10). */
    public RegistrationId registrationId() {
        return registrationId(digest());
    }

    /**
     * The id of the TPM whose endorsement key has this {@link #digest()}.
     *
     * @throws IllegalArgumentException when it has not 32 octets
     */
    public static RegistrationId registrationId(Bytes digest) {
        if (digest.length() != 32) {
            throw new IllegalArgumentException("a SHA-256 digest has 32 bytes, not " + digest.length());
        }
        var text = new StringBuilder(52);
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < digest.length(); i++) {
            buffer = (buffer << 8 | digest.at(i)) & 0xFFFF;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(BASE32.charAt(buffer >> bits & 31));
            }
        }
        text.append(BASE32.charAt(buffer << (5 - bits) & 31));
        return RegistrationId.of(text.toString());
    }
}
