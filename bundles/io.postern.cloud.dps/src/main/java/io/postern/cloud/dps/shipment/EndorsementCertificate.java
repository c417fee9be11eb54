// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.Bytes;
import io.postern.wire.tpm.EndorsementKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A vendor's word that an endorsement key lives in one of its TPMs (TCG EK Credential Profile for TPM 2.0). */
public record EndorsementCertificate(X509Certificate certificate) {
    private static final int MOST = 4096; // twice the largest NV index of common chips (PC Client Profile: 2048)
    private static final String EK_CERTIFICATE = "2.23.133.8.1"; // tcg-kp-EKCertificate
    private static final int KEY_ENCIPHERMENT = 2; // RFC 5280, 4.2.1.3: the bit of a key that only decrypts
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    private static final int RSA_2048_LENGTH = 275; // DER of the BIT STRING around modulus and exponent

    /**
     * Reads DER, and what a TPM's memory holds: DER with padding behind it.
     *
     * @throws IllegalArgumentException when it is no certificate, or too large for one of a TPM
     */
    public static EndorsementCertificate decode(Bytes octets) {
        if (octets.length() < 4 || octets.length() > MOST) {
            throw new IllegalArgumentException(
                    "an endorsement-key certificate has 4 to " + MOST + " bytes, not " + octets.length());
        }
        // DER of every certificate: a SEQUENCE with its length in two octets
        int length = octets.at(0) == 0x30 && octets.at(1) == 0x82 ? 4 + (octets.at(2) << 8 | octets.at(3)) : 0;
        return new EndorsementCertificate(
                CertificateCodec.decode(length > 0 && length < octets.length() ? octets.slice(0, length) : octets));
    }

    /** @throws IllegalArgumentException when {@code text} is no certificate in base64 or PEM */
    public static EndorsementCertificate parse(String text) {
        return text.strip().startsWith("-")
                ? new EndorsementCertificate(CertificateCodec.parse(text))
                : decode(base64(text));
    }

    public Bytes encode() {
        return CertificateCodec.encode(certificate);
    }

    /** What the certificate calls its TPM. */
    public Optional<TpmModel> model() {
        return TpmModel.of(certificate);
    }

    /** Whether the certificate speaks of exactly this key. */
    public boolean isFor(EndorsementKey key) {
        // an algorithm identifier may say rsaEncryption or id-RSAES-OAEP (RFC 4055); the key behind it is written alike
        return keyBits(Bytes.of(certificate.getPublicKey().getEncoded())).equals(keyBits(encoded(key)));
    }

    /** What is wrong with it as the certificate of {@code key}, whoever issued it; empty when nothing is. */
    Optional<String> flawFor(EndorsementKey key, Instant now) {
        if (!isFor(key)) {
            return flaw("holds another key than the endorsement key shown");
        }
        if (certificate.getBasicConstraints() >= 0) {
            return flaw("is one of a CA");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_ENCIPHERMENT]) {
            return flaw("is for another use: its key usage lacks keyEncipherment");
        }
        if (!isMadeForThis()) {
            return flaw("is for another use: its extended key usage lacks tcg-kp-EKCertificate " + EK_CERTIFICATE);
        }
        if (model().isEmpty()) {
            return flaw("names no TPM manufacturer, model and version in its subject alternative name");
        }
        return now.isBefore(issued()) ? flaw("is not valid before " + issued()) : Optional.empty();
    }

    /**
     * When the vendor gave its word. A TPM does not age: the certificate speaks of its manufacture, cannot be renewed, and
     * by the profile should never expire. So its end is not looked at, and its issuers are held to this very moment.
     */
    Instant issued() {
        return certificate.getNotBefore().toInstant();
    }

    private boolean isMadeForThis() {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages == null || usages.contains(EK_CERTIFICATE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private Optional<String> flaw(String what) {
        return Optional.of("the endorsement-key certificate " + CertificateChain.subject(certificate) + " " + what);
    }

    private static Bytes keyBits(Bytes subjectPublicKeyInfo) {
        int length = subjectPublicKeyInfo.length();
        return subjectPublicKeyInfo.slice(Math.max(0, length - RSA_2048_LENGTH), length);
    }

    private static Bytes encoded(EndorsementKey key) {
        try {
            return Bytes.of(KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(key.key().modulusValue(), EXPONENT))
                    .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks RSA", e);
        }
    }

    private static Bytes base64(String text) {
        try {
            return Bytes.base64(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not base64", e);
        }
    }
}
