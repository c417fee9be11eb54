// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private key in a PEM file (RFC 7468, 10): PKCS #8, not encrypted. */
final class Pem {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String PKCS8 = "PRIVATE KEY";

    private Pem() {}

    /** @param owner whose key it is said to be; tells the algorithm */
    static PrivateKey privateKey(Path file, X509Certificate owner) throws IdentityException {
        byte[] text = PrivateFile.read("keyFile", file);
        byte[] encoded = new byte[0];
        try {
            Matcher pem = KEY.matcher(new String(text, StandardCharsets.US_ASCII));
            if (!pem.find()) {
                throw new IdentityException("keyFile: " + file + " holds no private key in PEM form");
            }
            if (!pem.group(1).equals(PKCS8)) {
                throw new IdentityException("keyFile: " + file + " holds a \"" + pem.group(1)
                        + "\"; a PKCS #8 key without a password is needed. Convert it:"
                        + " openssl pkcs8 -topk8 -nocrypt -in " + file + " -out NEW");
            }
            encoded = Base64.getMimeDecoder().decode(pem.group(2));
            return KeyFactory.getInstance(owner.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException(
                    "keyFile: " + file + " holds no key of the certificate's kind, "
                            + owner.getPublicKey().getAlgorithm(),
                    e);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(encoded, (byte) 0);
        }
    }
}
