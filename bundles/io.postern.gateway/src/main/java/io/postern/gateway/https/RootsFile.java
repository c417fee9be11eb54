// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts the certificates in a file, and reads it again when it has changed: a gateway in the field gets other roots
 * without a restart (HUB-22). A file that cannot be read leaves those that were read last.
 */
final class RootsFile extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(RootsFile.class);
    private static final long LONGEST_FILE = 1 << 20; // the whole Mozilla list is 220 kB

    private final Path pem;
    private final Function<Collection<? extends Certificate>, X509ExtendedTrustManager> trusting;
    private final Runnable changed;
    private final Runnable refused;
    private final ReentrantLock lock = new ReentrantLock();
    private State read; // guarded by lock

    private record State(FileTime time, long size, X509ExtendedTrustManager trust) {
        boolean isOf(BasicFileAttributes file) {
            return time.equals(file.lastModifiedTime()) && size == file.size();
        }
    }

    /**
     * @param trusting makes what trusts the roots that were read
     * @param changed called when other roots were read, before they are used
     * @param refused called when a server was not trusted
     * @throws IOException naming the key caFile and the file when it is missing or holds no certificate
     */
    RootsFile(
            Path pem,
            Function<Collection<? extends Certificate>, X509ExtendedTrustManager> trusting,
            Runnable changed,
            Runnable refused)
            throws IOException {
        this.pem = pem;
        this.trusting = trusting;
        this.changed = changed;
        this.refused = refused;
        this.read = load(attributes());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        current().checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        current().checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        current().checkClientTrusted(chain, type, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return current().getAcceptedIssuers();
    }

    private interface Check {
        void by(X509ExtendedTrustManager trust) throws CertificateException;
    }

    private void check(Check check) throws CertificateException {
        try {
            check.by(current());
        } catch (CertificateException e) {
            refused.run();
            throw e;
        }
    }

    private X509ExtendedTrustManager current() {
        lock.lock();
        try {
            BasicFileAttributes now = attributes();
            if (!read.isOf(now)) {
                read = load(now);
                changed.run();
                LOG.atInfo().addKeyValue("caFile", pem).log("the root certificates were read again");
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("the root certificates cannot be read again; those read before still count");
        } finally {
            lock.unlock();
        }
        return read.trust();
    }

    private BasicFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(pem, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "caFile: there is no file " + pem.toAbsolutePath()
                            + "; put the cloud's root certificate there, as PEM",
                    e);
        }
    }

    private State load(BasicFileAttributes file) throws IOException {
        if (file.size() > LONGEST_FILE) {
            throw new IOException(
                    "caFile: " + pem + " is larger than " + LONGEST_FILE + " bytes: not a list of root certificates");
        }
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (roots.isEmpty()) {
                throw new IOException(
                        "caFile: " + pem + " holds no certificate; put the cloud's root certificate there, as PEM");
            }
            return new State(file.lastModifiedTime(), file.size(), trusting.apply(roots));
        } catch (CertificateException e) {
            throw new IOException(
                    "caFile: " + pem + " is not a list of certificates in PEM form: " + e.getMessage(), e);
        }
    }
}
