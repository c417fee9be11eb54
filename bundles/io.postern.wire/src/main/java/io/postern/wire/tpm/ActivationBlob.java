// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;

/**
 * What the provisioning service sends as {@code authenticationKey}: a credential only one TPM can open, and with it an
 * HMAC key that can only be imported below that TPM's storage root key (DPS-06).
 *
 * <p>Six sized structures in a row. All parts are held without their 16-bit length.
 *
 * @param credential TPM2B_ID_OBJECT: integrity and encrypted inner key, 52 octets
 * @param credentialSecret TPM2B_ENCRYPTED_SECRET to the endorsement key, 256 octets
 * @param duplicate TPM2B_PRIVATE: the wrapped HMAC key
 * @param duplicateSecret TPM2B_ENCRYPTED_SECRET to the storage root key, 256 octets
 * @param keyPublic TPM2B_PUBLIC of the HMAC key
 * @param deviceUri TPM2B_DATA: the resource the key is for, encrypted under the inner key; may be empty
 */
public record ActivationBlob(
        Bytes credential,
        Bytes credentialSecret,
        Bytes duplicate,
        Bytes duplicateSecret,
        Bytes keyPublic,
        Bytes deviceUri) {

    /** @throws IllegalArgumentException naming the part in which the octets end or overflow */
    public static ActivationBlob decode(Bytes blob) {
        var in = new TpmReader(blob);
        var decoded = new ActivationBlob(
                in.sized("TPM2B_ID_OBJECT"),
                in.sized("TPM2B_ENCRYPTED_SECRET of the endorsement key"),
                in.sized("TPM2B_PRIVATE"),
                in.sized("TPM2B_ENCRYPTED_SECRET of the storage root key"),
                in.sized("TPM2B_PUBLIC"),
                in.sized("TPM2B_DATA"));
        in.end("the activation blob");
        return decoded;
    }

    public Bytes encode() {
        return Bytes.concat(
                Tpm2b.of(credential),
                Tpm2b.of(credentialSecret),
                Tpm2b.of(duplicate),
                Tpm2b.of(duplicateSecret),
                Tpm2b.of(keyPublic),
                Tpm2b.of(deviceUri));
    }
}
