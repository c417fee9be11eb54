// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes certificates on P-256 keys after RFC 5280. None outlives the one that issued it, and each bears the organization
 * of the CA above it (HUB-19).
 */
public final class CertificateMaker {
    /** A device without a real-time clock starts a little in the past; its certificate must be valid then too. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final Duration PROOF_LIFE = Duration.ofDays(7); // to be carried from the factory to the office

    private final InstantSource clock;
    private final SecureRandom random;

    public CertificateMaker(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** Who signs, and in whose name. */
    private record Signer(PrivateKey key, PublicKey publicKey, X500Name name, Instant end) {
        static Signer of(SiteCa ca) {
            X509Certificate own = ca.certificate();
            return new Signer(
                    ca.key(),
                    own.getPublicKey(),
                    subject(own),
                    own.getNotAfter().toInstant());
        }

        static Signer self(KeyPair pair, X500Name name) {
            return new Signer(pair.getPrivate(), pair.getPublic(), name, Instant.MAX);
        }

        /** One of this name below it, or itself. */
        X500Name named(CommonName subject) {
            var builder = new X500NameBuilder(BCStyle.INSTANCE);
            for (RDN organization : name.getRDNs(BCStyle.O)) {
                builder.addRDN(organization.getFirst());
            }
            return builder.addRDN(BCStyle.CN, subject.text()).build();
        }
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws IOException;
    }

    /** A root below which intermediates issue: one level of CAs, not more. */
    public SiteCa root(CommonName name, Optional<OrganizationName> organization, Duration life)
            throws GeneralSecurityException {
        KeyPair pair = keyPair();
        var distinguished = new X500NameBuilder(BCStyle.INSTANCE);
        organization.ifPresent(of -> distinguished.addRDN(BCStyle.O, of.text()));
        Signer self =
                Signer.self(pair, distinguished.addRDN(BCStyle.CN, name.text()).build());
        X509Certificate own = sign(self, name, pair.getPublic(), life, authority(1));
        return new SiteCa(pair.getPrivate(), List.of(own));
    }

    /**
     * One that issues devices' certificates only.
     *
     * @throws IllegalArgumentException when {@code above} may not have a CA below it
     */
    public SiteCa intermediate(SiteCa above, CommonName name, Duration life) throws GeneralSecurityException {
        if (above.pathLength() < 1) {
            throw new IllegalArgumentException("the CA " + above.certificate().getSubjectX500Principal()
                    + " allows no CA below it (path length 0); issue devices' certificates with it");
        }
        KeyPair pair = keyPair();
        X509Certificate own = sign(Signer.of(above), name, pair.getPublic(), life, authority(above.pathLength() - 1));
        return new SiteCa(
                pair.getPrivate(),
                Stream.concat(Stream.of(own), above.chain().stream()).toList());
    }

    /** For a device's key, which may lie in its TPM. */
    public X509Certificate device(SiteCa ca, CommonName name, PublicKey key, Duration life)
            throws GeneralSecurityException {
        return sign(Signer.of(ca), name, key, life, endEntity());
    }

    /** Of a device that is enrolled by this very certificate: issuer and subject are the device (CEN-10). */
    public X509Certificate selfSigned(KeyPair pair, CommonName name, Duration life) throws GeneralSecurityException {
        var own = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, name.text())
                .build();
        return sign(Signer.self(pair, own), name, pair.getPublic(), life, endEntity());
    }

    /** Shows the cloud side that who sends it holds the CA's key (CEN-07). Its own key is thrown away. */
    public X509Certificate proof(SiteCa ca, CommonName code) throws GeneralSecurityException {
        return sign(Signer.of(ca), code, keyPair().getPublic(), PROOF_LIFE, endEntity());
    }

    /** A fresh key of a device or a CA. */
    public KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private X509Certificate sign(Signer signer, CommonName subject, PublicKey key, Duration life, Extensions extensions)
            throws GeneralSecurityException {
        Instant now = clock.instant();
        Instant end = now.plus(life).isBefore(signer.end()) ? now.plus(life) : signer.end();
        var serial = new BigInteger(127, random).setBit(126); // RFC 5280, 4.1.2.2: positive, at most 20 octets
        var builder = new JcaX509v3CertificateBuilder(
                signer.name(), serial, Date.from(now.minus(BACKDATED)), Date.from(end), signer.named(subject), key);
        try {
            var keys = new JcaX509ExtensionUtils();
            extensions.addTo(builder);
            builder.addExtension(Extension.subjectKeyIdentifier, false, keys.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, keys.createAuthorityKeyIdentifier(signer.publicKey()));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .setSecureRandom(random)
                            .build(signer.key())));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException("the certificate of " + subject + " cannot be made", e);
        }
    }

    private static Extensions authority(int pathLength) {
        return builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        };
    }

    private static Extensions endEntity() {
        return builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        };
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }
}
