// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The certificate the gateway proves itself with (HUB-03). */
record OwnCertificateCheck(Path file, InstantSource clock) implements Check {
    private static final Duration SOON = Duration.ofDays(30); // a technician comes by once a month

    @Override
    public String name() {
        return "Own certificate";
    }

    @Override
    public Finding examine() {
        String renew = "Have a new one issued, with ./postern identity --csr when its key is in the TPM, and put it at "
                + file + "; the gateway takes it without a restart.";
        try (InputStream in = Files.newInputStream(file)) {
            var certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in); // the first is the gateway's
            Instant now = clock.instant();
            Instant first = certificate.getNotBefore().toInstant();
            Instant last = certificate.getNotAfter().toInstant();
            String whose = certificate.getSubjectX500Principal().getName();
            if (now.isBefore(first)) {
                return Finding.fault(whose + " is valid only from " + first, "Look at this machine's clock.");
            }
            if (now.isAfter(last)) {
                return Finding.fault(whose + " ended on " + last, renew);
            }
            String text = whose + " is valid until " + last.truncatedTo(ChronoUnit.SECONDS);
            return now.plus(SOON).isAfter(last) ? Finding.warning(text, renew) : Finding.good(text);
        } catch (IOException | CertificateException e) {
            return Finding.fault("no certificate can be read from " + file + ": " + e, renew);
        }
    }
}
