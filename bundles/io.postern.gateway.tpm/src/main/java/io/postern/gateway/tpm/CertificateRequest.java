// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import io.postern.wire.RegistrationId;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;

/**
 * A request for a certificate (PKCS #10, RFC 2986): a name, the public key, and a signature that shows whoever asks
 * holds the private one.
 */
final class CertificateRequest {
    private static final Bytes VERSION_0 = Der.integer(new byte[] {0});
    private static final Bytes COMMON_NAME = Bytes.hex("0603550403"); // 2.5.4.3
    private static final Bytes ECDSA_WITH_SHA256 = Bytes.hex("06082a8648ce3d040302"); // 1.2.840.10045.4.3.2
    private static final Bytes NO_ATTRIBUTES = Bytes.hex("a000");
    private static final int LONGEST_NAME = 64; // spec: RFC 5280, A.1, ub-common-name

    private CertificateRequest() {}

    /**
     * In PEM form.
     *
     * @param name becomes the subject's common name, by which the provisioning service knows the device (DPS-11)
     */
    static String pem(RegistrationId name, KeyPair key) throws GeneralSecurityException {
        byte[] encoded = encode(name, key).toArray();
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN CERTIFICATE REQUEST-----\n" + base64 + "\n-----END CERTIFICATE REQUEST-----\n";
    }

    private static Bytes encode(RegistrationId name, KeyPair key) throws GeneralSecurityException {
        if (name.text().length() > LONGEST_NAME) {
            throw new IllegalArgumentException("a certificate's common name has at most " + LONGEST_NAME
                    + " characters; " + name + " has " + name.text().length());
        }
        Bytes subject = Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.utf8(name.text()))));
        Bytes info = Der.sequence(VERSION_0, subject, Bytes.of(key.getPublic().getEncoded()), NO_ATTRIBUTES);
        Signature signer = Signature.getInstance(TpmProvider.ALGORITHM);
        signer.initSign(key.getPrivate());
        signer.update(info.toArray());
        return Der.sequence(info, Der.sequence(ECDSA_WITH_SHA256), Der.bitString(signer.sign()));
    }
}
