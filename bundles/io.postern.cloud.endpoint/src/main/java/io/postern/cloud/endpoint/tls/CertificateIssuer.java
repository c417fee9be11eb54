// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

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
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes the two kinds of certificate the cloud side needs (RFC 5280), on P-256 keys. */
final class CertificateIssuer {
    /** A gateway without a real-time clock starts a little in the past; a fresh certificate must be valid for it too. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3652); // ten years
    private static final Duration SERVER_LIFE = Duration.ofDays(397); // what public trust programmes allow at most

    private final SecureRandom random;

    CertificateIssuer(SecureRandom random) {
        this.random = random;
    }

    Credentials authority(Instant now) throws GeneralSecurityException {
        KeyPair pair = keyPair();
        byte[] mark = new byte[4];
        random.nextBytes(mark);
        X500Name name = new X500Name("CN=Postern private CA " + HexFormat.of().formatHex(mark));
        var builder = builder(name, name, now, now.plus(AUTHORITY_LIFE), pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        } catch (IOException e) {
            throw new GeneralSecurityException("the authority's extensions cannot be encoded", e);
        }
        return new Credentials(pair.getPrivate(), List.of(sign(builder, pair.getPrivate())));
    }

    Credentials server(Credentials authority, String commonName, ServerNames names, Instant now)
            throws GeneralSecurityException {
        KeyPair pair = keyPair();
        X509Certificate issuer = authority.certificate();
        Instant last = now.plus(SERVER_LIFE);
        Instant end = issuer.getNotAfter().toInstant();
        var builder = builder(
                X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                new X500Name("CN=" + commonName),
                now,
                last.isBefore(end) ? last : end,
                pair.getPublic());
        try {
            var keys = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names.toGeneralNames()));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, keys.createSubjectKeyIdentifier(pair.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, keys.createAuthorityKeyIdentifier(issuer.getPublicKey()));
        } catch (IOException e) {
            throw new GeneralSecurityException("the server certificate's extensions cannot be encoded", e);
        }
        return new Credentials(pair.getPrivate(), List.of(sign(builder, authority.key()), issuer));
    }

    private X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, Instant now, Instant last, PublicKey key) {
        var serial = new BigInteger(127, random).setBit(126); // RFC 5280, 4.1.2.2: positive, at most 20 octets
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(BACKDATED)), Date.from(last), subject, key);
    }

    private X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) throws GeneralSecurityException {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA")
                    .setSecureRandom(random)
                    .build(key);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("this Java runtime lacks SHA256withECDSA", e);
        }
    }

    private KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }
}
