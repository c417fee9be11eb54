// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.SecurityModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A chain of certificates in a PEM file, the gateway's own first, and the key that belongs to it. Read again when the
 * file has changed, so that a renewed certificate needs no restart.
 */
public final class CertificateFile implements CertificateSource {
    private static final long LONGEST = 256 << 10; // ten certificates have 20 kB
    private static final byte[] PROBE =
            "does this key belong to this certificate?".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Path file;
    private final KeyHolder keys;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ClientCertificate held; // guarded by lock
    private FileTime read = FileTime.fromMillis(0); // guarded by lock

    /** Where the private key is. */
    public sealed interface KeyHolder {
        /** The key of {@code certificate}, which need not turn out to be its key. */
        PrivateKey keyOf(X509Certificate certificate) throws IOException;

        /** What to do about a certificate that is not of this key. */
        String remedy(X509Certificate certificate, Path file) throws IdentityException;
    }

    /** In a file of its own: weaker than a chip, for whoever reads it is the gateway (DPS-08). */
    public record InFile(Path key) implements KeyHolder {
        @Override
        public PrivateKey keyOf(X509Certificate certificate) throws IOException {
            return Pem.privateKey(key, certificate);
        }

        @Override
        public String remedy(X509Certificate certificate, Path file) {
            return "is not of the gateway's private key in " + key + "; copy both from the same folder";
        }
    }

    /** Made in the gateway's TPM, which nobody can take it from (DPS-07). */
    public record InModule(SecurityModule module) implements KeyHolder {
        @Override
        public PrivateKey keyOf(X509Certificate certificate) throws IOException {
            return module.certificateKey().getPrivate();
        }

        @Override
        public String remedy(X509Certificate certificate, Path file) throws IdentityException {
            String name = CommonName.of(certificate).text();
            return "is not of the gateway's private key: it was issued to another TPM, or this one was cleared."
                    + " Ask for another for the same name (./postern identity --csr --name " + name + " > " + name
                    + ".csr), have it issued (./postern factory certs --csr " + name
                    + ".csr --ca DIR --out DIR) and put it"
                    + " at " + file
                    + "; the device id stays. Where the old certificate itself was enrolled, an operator"
                    + " has to enroll the new one";
        }
    }

    public CertificateFile(Path file, KeyHolder keys) {
        this.file = file;
        this.keys = keys;
    }

    @Override
    public ClientCertificate current() throws IdentityException {
        lock.lock();
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            ClientCertificate last = held;
            if (last != null && changed.equals(read)) {
                return last;
            }
            ClientCertificate next = load();
            held = next;
            read = changed;
            return next;
        } catch (IdentityException e) {
            throw e;
        } catch (IOException e) {
            throw new IdentityException(
                    "certificateFile: cannot read " + file.toAbsolutePath()
                            + "; put the gateway's certificate there, as PEM (" + e + ")",
                    e);
        } finally {
            lock.unlock();
        }
    }

    private ClientCertificate load() throws IOException {
        List<X509Certificate> chain = chain();
        X509Certificate own = chain.getFirst();
        PrivateKey key;
        try {
            key = keys.keyOf(own);
        } catch (IdentityException e) {
            throw e;
        } catch (IOException e) {
            throw new IdentityException(String.valueOf(e.getMessage()), e);
        }
        if (!belong(key, own.getPublicKey())) {
            throw new IdentityException("certificateFile: the certificate of " + own.getSubjectX500Principal() + " in "
                    + file + " " + keys.remedy(own, file));
        }
        return new ClientCertificate(chain, key);
    }

    private List<X509Certificate> chain() throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IdentityException("certificateFile: " + file + " is larger than " + LONGEST + " bytes");
        }
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (chain.isEmpty()) {
                throw new IdentityException("certificateFile: " + file + " holds no certificate");
            }
            return chain;
        } catch (CertificateException e) {
            throw new IdentityException("certificateFile: " + file + " is not PEM certificates: " + e.getMessage(), e);
        }
    }

    /** By a signature: a key in a chip can do nothing else. */
    private static boolean belong(PrivateKey key, PublicKey certified) throws IdentityException {
        String algorithm = certified.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(PROBE);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certified);
            verifier.update(PROBE);
            return verifier.verify(signature);
        } catch (java.security.InvalidKeyException e) {
            return false; // of another kind
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the gateway's private key does not sign: " + e.getMessage(), e);
        }
    }
}
