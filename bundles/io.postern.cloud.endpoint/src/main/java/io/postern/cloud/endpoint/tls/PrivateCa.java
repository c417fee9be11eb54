// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.ProtectedFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate authority of one cloud, made on its first start, and the server certificate it signs.
 *
 * <p>Files in its directory: {@code ca.pem} (public, what devices trust), {@code ca.key}, {@code server.pem} (leaf and
 * authority), {@code server.key}; keys are PKCS#8 and readable by their owner alone. The server certificate is replaced
 * when its names change and {@value #RENEW_DAYS} days before it ends, also while the listeners run: they ask for
 * {@link #server} at every handshake.
 */
public final class PrivateCa implements ServerCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateCa.class);
    private static final int RENEW_DAYS = 30;

    private final Path directory;
    private final ServerNames names;
    private final String commonName;
    private final InstantSource clock;
    private final CertificateIssuer issuer;
    private final Credentials authority;
    private volatile Credentials server;

    /**
     * Opens the authority in {@code directory}, made here when there is none yet.
     *
     * @throws IOException naming the file that cannot be read or written, and what to do about it
     */
    public static PrivateCa open(
            Path directory, CloudNames names, InetAddress listen, InstantSource clock, SecureRandom random)
            throws IOException {
        ProtectedFile.createDirectory(directory);
        try {
            return new PrivateCa(directory, names, ServerNames.of(names, listen), clock, new CertificateIssuer(random));
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificate authority in " + directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    private PrivateCa(
            Path directory, CloudNames cloud, ServerNames names, InstantSource clock, CertificateIssuer issuer)
            throws IOException, GeneralSecurityException {
        this.directory = directory;
        this.names = names;
        this.commonName = cloud.hubHost().length() <= 64 ? cloud.hubHost() : "postern"; // ub-common-name, RFC 5280
        this.clock = clock;
        this.issuer = issuer;
        this.authority = loadOrMakeAuthority();
        this.server = loadOrIssueServer();
    }

    /** What devices and operators trust; readable by every user of the machine. */
    public Path caFile() {
        return directory.resolve("ca.pem");
    }

    public X509Certificate authority() {
        return authority.certificate();
    }

    /** The credentials of the listeners, replaced first when they are about to end. */
    @Override
    public Credentials server() {
        Credentials current = server;
        return isNearEnd(current.certificate()) ? renew() : current;
    }

    private synchronized Credentials renew() {
        if (isNearEnd(server.certificate())) {
            try {
                server = issueServer();
            } catch (IOException | GeneralSecurityException e) {
                LOG.atError()
                        .addKeyValue("directory", directory)
                        .addKeyValue("until", server.certificate().getNotAfter().toInstant())
                        .setCause(e)
                        .log("the server certificate cannot be renewed; free the directory for writing");
            }
        }
        return server;
    }

    private boolean isNearEnd(X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        Instant renewal = end.minus(Duration.ofDays(RENEW_DAYS));
        // an authority in its last days can sign nothing that lasts longer
        return !clock.instant().isBefore(renewal)
                && end.isBefore(authority.certificate().getNotAfter().toInstant());
    }

    private Credentials loadOrMakeAuthority() throws IOException, GeneralSecurityException {
        Path key = directory.resolve("ca.key");
        if (Files.notExists(key) && Files.notExists(caFile())) {
            Credentials fresh = issuer.authority(clock.instant());
            ProtectedFile.writeOwnerOnly(key, fresh.keyPem());
            ProtectedFile.writeReadable(caFile(), fresh.certificatesPem());
            LOG.atInfo().addKeyValue("caFile", caFile()).log("private certificate authority made");
            return fresh;
        }
        Credentials kept = Credentials.read(caFile(), key);
        Instant end = kept.certificate().getNotAfter().toInstant();
        if (end.isBefore(clock.instant())) {
            throw new GeneralSecurityException("it ended at " + end
                    + "; move the directory away, start again and give the new ca.pem to every gateway");
        }
        return kept;
    }

    private Credentials loadOrIssueServer() throws IOException, GeneralSecurityException {
        Path certificates = directory.resolve("server.pem");
        if (Files.exists(certificates)) {
            try {
                Credentials kept = Credentials.read(certificates, directory.resolve("server.key"));
                kept.certificate().verify(authority.certificate().getPublicKey());
                if (ServerNames.in(kept.certificate()).equals(names) && !isNearEnd(kept.certificate())) {
                    return kept;
                }
            } catch (IOException | GeneralSecurityException e) {
                LOG.atWarn().addKeyValue("file", certificates).setCause(e).log("server certificate unusable, replaced");
            }
        }
        return issueServer();
    }

    private Credentials issueServer() throws IOException, GeneralSecurityException {
        Credentials fresh = issuer.server(authority, commonName, names, clock.instant());
        ProtectedFile.writeOwnerOnly(directory.resolve("server.key"), fresh.keyPem());
        ProtectedFile.writeReadable(directory.resolve("server.pem"), fresh.certificatesPem());
        LOG.atInfo()
                .addKeyValue("names", names.dns())
                .addKeyValue("until", fresh.certificate().getNotAfter().toInstant())
                .log("server certificate issued");
        return fresh;
    }
}
