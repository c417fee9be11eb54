// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;

/** A certificate in a file, PEM or DER. */
final class PemFile {
    private PemFile() {}

    /** The base64 DER of the file's first certificate: a CA's own stands before those above it. */
    static String firstCertificate(Path file) throws IOException {
        try {
            byte[] octets = Files.readAllBytes(file);
            return Base64.getEncoder()
                    .encodeToString(CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(octets))
                            .getEncoded());
        } catch (CertificateException e) {
            throw new IOException(file + " holds no certificate in PEM or DER: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("cannot read the certificate " + file + ": " + e, e);
        }
    }
}
