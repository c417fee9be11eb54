// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/**
 * The certificate of one who may issue others.
 *
 * @param certificate says so itself (RFC 5280, 4.2.1.9 and 4.2.1.3)
 */
public record Authority(X509Certificate certificate) {
    private static final int CERTIFICATE_SIGN = 5; // RFC 5280, 4.2.1.3: the bit keyCertSign

    /** @throws IllegalArgumentException when it is the certificate of an end entity */
    public Authority {
        if (certificate.getBasicConstraints() < 0) {
            throw new IllegalArgumentException(
                    "the certificate " + name(certificate) + " is none of a CA: its basic constraints do not say cA");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[CERTIFICATE_SIGN]) {
            throw new IllegalArgumentException(
                    "the certificate " + name(certificate) + " may not sign others: its key usage lacks keyCertSign");
        }
    }

    /** Whether this one's key has signed {@code other}, in this one's name. */
    public boolean hasIssued(X509Certificate other) {
        if (!other.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
            return false;
        }
        try {
            other.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // another CA of the same name, or a forgery
        }
    }

    /** How many CAs may stand between this one and a device. */
    int longestPath() {
        return certificate.getBasicConstraints();
    }

    private static String name(X509Certificate certificate) {
        return "\"" + certificate.getSubjectX500Principal().getName() + "\"";
    }
}
