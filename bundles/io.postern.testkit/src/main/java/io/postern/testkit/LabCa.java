// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.StringReader;
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
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Certificates of CAs and devices as tests need them, good and bad. */
public final class LabCa {
    /** Allows any number of CAs below. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final Duration CA_LIFE = Duration.ofDays(3652);
    private static final Duration DEVICE_LIFE = Duration.ofDays(365);

    /**
     * A key and its certificate.
     *
     * @param chain its own certificate first, then those of its issuers up to the root's
     */
    public record Holder(PrivateKey key, List<X509Certificate> chain) {
        public Holder {
            chain = List.copyOf(chain);
        }

        public X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    private final Holder holder;
    private final Instant now;

    private LabCa(Holder holder, Instant now) {
        this.holder = holder;
        this.now = now;
    }

    /** A root that is valid from the day before {@code now}. */
    public static LabCa root(String commonName, Instant now) {
        return root(commonName, UNLIMITED, now);
    }

    public static LabCa root(String commonName, int pathLength, Instant now) {
        KeyPair pair = keyPair();
        X500Name name = new X500Name("CN=" + commonName);
        var own = certificate(
                name,
                name,
                pair.getPublic(),
                pair.getPrivate(),
                now.minus(Duration.ofDays(1)),
                now.plus(CA_LIFE),
                ca(pathLength));
        return new LabCa(new Holder(pair.getPrivate(), List.of(own)), now);
    }

    public LabCa intermediate(String commonName, int pathLength) {
        return new LabCa(issue(commonName, now.minus(Duration.ofDays(1)), now.plus(CA_LIFE), ca(pathLength)), now);
    }

    /** A device certificate for a year. */
    public Holder device(String commonName) {
        return device(commonName, now.minus(Duration.ofDays(1)), now.plus(DEVICE_LIFE));
    }

    public Holder device(String commonName, Instant first, Instant last) {
        return issue(commonName, first, last, endEntity(KeyPurposeId.id_kp_clientAuth));
    }

    /**
     * A device certificate for a year, for whoever asks with a PKCS #10 request in PEM form and has signed it.
     *
     * @return the new certificate, then those of its issuers
     */
    public List<X509Certificate> sign(String request) {
        try (var parser = new PEMParser(new StringReader(request))) {
            var csr = new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject());
            if (!csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(csr.getPublicKey()))) {
                throw new IllegalArgumentException("the request is not signed with the key it names");
            }
            return issue(
                    csr.getSubject(),
                    csr.getPublicKey(),
                    now.minus(Duration.ofDays(1)),
                    now.plus(DEVICE_LIFE),
                    endEntity(KeyPurposeId.id_kp_clientAuth));
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IllegalStateException("no request for a certificate: " + request, e);
        }
    }

    /** A certificate for servers, which no device may use. */
    public Holder server(String commonName) {
        return issue(
                commonName,
                now.minus(Duration.ofDays(1)),
                now.plus(DEVICE_LIFE),
                endEntity(KeyPurposeId.id_kp_serverAuth));
    }

    /** What only this CA's key can have signed, with a device's certificate in a CA's place. */
    public static LabCa pretending(Holder device, Instant now) {
        return new LabCa(device, now);
    }

    public static Holder selfSigned(String commonName, Instant first, Instant last) {
        KeyPair pair = keyPair();
        X500Name name = new X500Name("CN=" + commonName);
        return new Holder(
                pair.getPrivate(),
                List.of(certificate(
                        name,
                        name,
                        pair.getPublic(),
                        pair.getPrivate(),
                        first,
                        last,
                        endEntity(KeyPurposeId.id_kp_clientAuth))));
    }

    public X509Certificate certificate() {
        return holder.certificate();
    }

    /** What a file of {@code chain} holds. */
    public static String pem(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> pem("CERTIFICATE", encoded(certificate)))
                .collect(Collectors.joining());
    }

    /** What a file of {@code key} holds: PKCS #8, not encrypted. */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String what, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode " + certificate.getSubjectX500Principal(), e);
        }
    }

    private Holder issue(String commonName, Instant first, Instant last, Extensions extensions) {
        KeyPair pair = keyPair();
        var subject = new X500Name("CN=" + commonName);
        return new Holder(pair.getPrivate(), issue(subject, pair.getPublic(), first, last, extensions));
    }

    private List<X509Certificate> issue(
            X500Name subject, PublicKey key, Instant first, Instant last, Extensions extensions) {
        X500Name issuer = X500Name.getInstance(
                holder.certificate().getSubjectX500Principal().getEncoded());
        X509Certificate issued = certificate(issuer, subject, key, holder.key(), first, last, extensions);
        return Stream.concat(Stream.of(issued), holder.chain().stream()).toList();
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws IOException;
    }

    private static Extensions ca(int pathLength) {
        return builder -> {
            builder.addExtension(
                    Extension.basicConstraints,
                    true,
                    pathLength == UNLIMITED ? new BasicConstraints(true) : new BasicConstraints(pathLength));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        };
    }

    private static Extensions endEntity(KeyPurposeId purpose) {
        return builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
        };
    }

    private static X509Certificate certificate(
            X500Name issuer,
            X500Name subject,
            PublicKey key,
            PrivateKey signer,
            Instant first,
            Instant last,
            Extensions extensions) {
        try {
            var serial = new BigInteger(127, new SecureRandom()).setBit(126);
            var builder =
                    new JcaX509v3CertificateBuilder(issuer, serial, Date.from(first), Date.from(last), subject, key);
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make a certificate for " + subject, e);
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
