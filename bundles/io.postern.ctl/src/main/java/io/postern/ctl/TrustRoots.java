// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Which roots a server's certificate must lead to (HUB-21): the ones of a PEM file, or this Java's own. */
public final class TrustRoots {
    private TrustRoots() {}

    /** @throws IOException naming the file when it is absent or holds no certificate */
    public static SSLContext context(Optional<Path> caFile) throws IOException {
        try {
            return caFile.isPresent() ? contextOf(read(caFile.get())) : SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot set up TLS with " + caFile, e);
        }
    }

    /** The certificates of a PEM or DER file, at least one. */
    public static Collection<? extends Certificate> read(Path caFile) throws IOException {
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (roots.isEmpty()) {
                throw new IOException("the CA file " + caFile + " holds no certificate");
            }
            return roots;
        } catch (GeneralSecurityException e) {
            throw new IOException("the CA file " + caFile + " is not a PEM certificate", e);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException(
                    "the CA file " + caFile + " is not there; the cloud writes it beside connection.json", e);
        }
    }

    private static SSLContext contextOf(Collection<? extends Certificate> roots)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate root : roots) {
            store.setCertificateEntry("root-" + number++, root);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
