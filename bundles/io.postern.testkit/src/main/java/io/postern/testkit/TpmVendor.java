// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A maker of TPMs: a root, an intermediate below it, and certificates for endorsement keys, good and bad. */
public final class TpmVendor {
    private static final String EK_CERTIFICATE = "2.23.133.8.1";
    private static final String TPM_ATTRIBUTES = "2.23.133.2.";
    private static final Duration LIFE = Duration.ofDays(7305);

    private final KeyPair rootKey = keyPair();
    private final KeyPair intermediateKey = keyPair();
    private final X509Certificate root;
    private final X509Certificate intermediate;

    /**
     * What an endorsement-key certificate says.
     *
     * @param usage the bit of its key usage, of {@link KeyUsage}
     * @param purpose its extended key usage; empty: none
     * @param manufacturer empty: it names no TPM
     */
    public record Words(
            Instant first,
            Instant last,
            int usage,
            Optional<String> purpose,
            Optional<String> manufacturer,
            String model,
            boolean ca) {

        /** As the profile wants it, of a chip of Infineon's. */
        public static Words good(Instant first) {
            return new Words(
                    first,
                    first.plus(LIFE),
                    KeyUsage.keyEncipherment,
                    Optional.of(EK_CERTIFICATE),
                    Optional.of("id:49465800"),
                    "SLB9670",
                    false);
        }

        public Words ofManufacturer(String id) {
            return new Words(first, last, usage, purpose, Optional.of(id), model, ca);
        }

        public Words nameless() {
            return new Words(first, last, usage, purpose, Optional.empty(), model, ca);
        }

        public Words until(Instant end) {
            return new Words(first, end, usage, purpose, manufacturer, model, ca);
        }

        public Words withUsage(int bit) {
            return new Words(first, last, bit, purpose, manufacturer, model, ca);
        }

        public Words withPurpose(Optional<String> other) {
            return new Words(first, last, usage, other, manufacturer, model, ca);
        }

        public Words asCa() {
            return new Words(first, last, usage, purpose, manufacturer, model, true);
        }
    }

    private TpmVendor(String name, Instant founded, Instant closed) {
        X500Name rootName = new X500Name("CN=" + name + " Root");
        X500Name below = new X500Name("CN=" + name + " Intermediate");
        root = certificate(rootName, rootName, rootKey.getPublic(), rootKey, founded, closed, TpmVendor::ca);
        intermediate =
                certificate(rootName, below, intermediateKey.getPublic(), rootKey, founded, closed, TpmVendor::ca);
    }

    /** Whose CAs are valid for twenty years. */
    public static TpmVendor founded(String name, Instant founded) {
        return new TpmVendor(name, founded, founded.plus(LIFE));
    }

    /** Whose CAs are valid from one instant to another. */
    public static TpmVendor during(String name, Instant founded, Instant closed) {
        return new TpmVendor(name, founded, closed);
    }

    public X509Certificate root() {
        return root;
    }

    public X509Certificate intermediate() {
        return intermediate;
    }

    /** A certificate of the intermediate for the RSA key with this modulus; its subject is empty, as vendors do. */
    public X509Certificate certify(BigInteger modulus, Words words) {
        return certificate(
                new X500Name(intermediate.getSubjectX500Principal().getName()),
                new X500Name(words.manufacturer().isPresent() ? "" : "CN=nobody"),
                rsa(modulus),
                intermediateKey,
                words.first(),
                words.last(),
                builder -> endorsementKey(builder, words));
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws IOException;
    }

    private static void ca(JcaX509v3CertificateBuilder builder) throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    }

    private static void endorsementKey(JcaX509v3CertificateBuilder builder, Words words) throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(words.ca()));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(words.usage()));
        if (words.purpose().isPresent()) {
            var purpose = KeyPurposeId.getInstance(
                    new ASN1ObjectIdentifier(words.purpose().get()));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        }
        if (words.manufacturer().isPresent()) {
            var name = new X500NameBuilder();
            addTo(name, 1, words.manufacturer().get());
            addTo(name, 2, words.model());
            addTo(name, 3, "id:00070055");
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    true, // RFC 5280, 4.2.1.6: as the subject is empty
                    new GeneralNames(new GeneralName(name.build())));
        }
    }

    private static void addTo(X500NameBuilder name, int attribute, String value) {
        name.addRDN(new ASN1ObjectIdentifier(TPM_ATTRIBUTES + attribute), new DERUTF8String(value));
    }

    private static X509Certificate certificate(
            X500Name issuer,
            X500Name subject,
            PublicKey key,
            KeyPair signer,
            Instant first,
            Instant last,
            Extensions extensions) {
        try {
            var serial = new BigInteger(127, new SecureRandom()).setBit(126);
            var builder =
                    new JcaX509v3CertificateBuilder(issuer, serial, Date.from(first), Date.from(last), subject, key);
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make a certificate for " + subject, e);
        }
    }

    private static PublicKey rsa(BigInteger modulus) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65537)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks RSA", e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks P-256", e);
        }
    }
}
