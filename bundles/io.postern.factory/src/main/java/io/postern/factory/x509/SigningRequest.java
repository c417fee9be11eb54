// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import io.postern.wire.Shown;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A device's own request for a certificate (RFC 2986), from a key that never leaves it. Only the common name and the
 * key are taken from it; what it wishes besides is not granted.
 */
public record SigningRequest(CommonName name, PublicKey key) {
    private static final String TYPE = "CERTIFICATE REQUEST";
    private static final int SMALLEST_RSA = 2048; // NIST SP 800-131A, 3: less is not allowed for signatures
    private static final int SMALLEST_CURVE = 256; // the same: 224; nobody makes devices with that

    /**
     * @param pem one request
     * @throws IllegalArgumentException when it is none, not signed by its own key, or has no single usable name
     */
    public static SigningRequest parse(String pem) {
        try {
            var request = new JcaPKCS10CertificationRequest(Pem.content(TYPE, pem));
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("the request is not signed with the key it is for");
            }
            RDN[] names = request.getSubject().getRDNs(BCStyle.CN);
            if (names.length != 1) {
                throw new IllegalArgumentException("the request has " + names.length + " common names (CN), not one");
            }
            requireStrong(key);
            return new SigningRequest(
                    CommonName.ofDevice(
                            IETFUtils.valueToString(names[0].getFirst().getValue())),
                    key);
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IllegalArgumentException(
                    "no certificate request (PKCS#10): " + Shown.of(String.valueOf(e.getMessage())), e);
        }
    }

    private static void requireStrong(PublicKey key) {
        boolean strong =
                switch (key) {
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= SMALLEST_RSA;
                    case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= SMALLEST_CURVE;
                    default -> false;
                };
        if (!strong) {
            throw new IllegalArgumentException("the request's key is neither RSA of " + SMALLEST_RSA
                    + " bits nor on a curve of " + SMALLEST_CURVE + " bits, or more");
        }
    }
}
