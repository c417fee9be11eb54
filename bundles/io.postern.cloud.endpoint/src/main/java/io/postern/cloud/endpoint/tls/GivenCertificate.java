// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server certificate that somebody else issued: PEM, leaf first, beside its key (PKCS#8, EC). Read again at the first
 * handshake after the certificate's file has changed: write the key first.
 */
public final class GivenCertificate implements ServerCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(GivenCertificate.class);

    private final Path certificates;
    private final Path key;
    private Credentials current; // guarded by this
    private FileTime read; // guarded by this

    private GivenCertificate(Path certificates, Path key) throws IOException, GeneralSecurityException {
        this.certificates = certificates;
        this.key = key;
        this.read = Files.getLastModifiedTime(certificates);
        this.current = Credentials.read(certificates, key);
    }

    /** @throws IOException naming the files, when they cannot be read or do not hold an EC key and its certificate */
    public static GivenCertificate open(Path certificates, Path key) throws IOException {
        try {
            return new GivenCertificate(certificates, key);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificate " + certificates + " with the key " + key + " cannot be used: " + e.getMessage()
                            + "; both are PEM, the key an EC key in PKCS#8",
                    e);
        }
    }

    @Override
    public synchronized Credentials server() {
        try {
            FileTime changed = Files.getLastModifiedTime(certificates);
            if (!changed.equals(read)) {
                read = changed;
                current = Credentials.read(certificates, key);
                LOG.atInfo().addKeyValue("certificate", current).log("server certificate read again");
            }
        } catch (IOException | GeneralSecurityException e) {
            LOG.atError()
                    .addKeyValue("file", certificates)
                    .setCause(e)
                    .log("the new server certificate cannot be used, the old one stays; mend the files");
        }
        return current;
    }
}
